#include "parser.hpp"

#include <algorithm>
#include <string>

#include "html_source.hpp"
#include "html_texts.hpp"
#include "utf8.hpp"

namespace dedup {
namespace {

using libxml::Attribute;
using libxml::Node;

constexpr std::size_t most_open = 500;        // libxml2 reads 2,048
constexpr std::size_t most_attributes = 64;   // each is compared with all before it
constexpr std::size_t most_bytes = 1U << 26;  // libxml2 has limits from 10 MB on

// How libxml2 builds the tree of what stands on the page. The functions are named of its `HTMLparser.c`.
class Parser {
public:
    Parser(std::string_view html, const References& references, ParsedTree& tree)
        : source_(html), tree_(tree), texts_(html, references) {}

    void parse() {  // htmlParseContent
        while (!source_.ends()) {
            const char next = source_.peek(1);
            if (content_ != Content::markup || source_.peek() != '<') read_text();
            else if (next == '/') read_end_tag();
            else if (next == '!') source_.skip_declaration();
            else if (next == '?') source_.skip_past('>');
            else if (is_letter(next)) read_element();
            else read_angle();
        }
        if (tree_.root == nullptr) throw Unknown("no element");
        tree_.texts = texts_.take();
    }

private:
    struct Open {
        Node* node;
        const Name* name;
    };
    enum class Seen { nothing, head, body };  // htmlInsertMode

    // ── tags ────────────────────────────────────────────────────────────────────────────────────────────────────────

    void read_element() {  // htmlParseElementInternal
        read_start_tag();
        if (open_.empty()) return;
        const auto& name = *open_.back().name;  // of the element around it where the tag was not wanted
        if (source_.peek() == '>') {
            source_.skip(1);
            if (name.empty) close();
            else content_ = name.content;
        } else if (source_.peek() == '/') {
            if (open_.size() == 1) throw Unknown("a root that ends at once");
            source_.skip(2);
            close();
        }
    }

    void read_start_tag() {  // htmlParseStartTag
        source_.skip(1);
        const auto& name = name_of(source_.take_name(' '));
        close_before(name);
        imply_before(name);
        const bool wanted = !is_misplaced(name);
        char* const start = texts_.next();
        const auto nodes = tree_.nodes.size(), attributes = tree_.attributes.size();
        const auto* first = read_attributes();
        if (wanted && !source_.ends()) {
            open(name).attributes = first;
            return;
        }
        texts_.set_back(start);
        tree_.nodes.shrink(nodes);
        tree_.attributes.shrink(attributes);
    }

    const Attribute* read_attributes() {
        Attribute *first = nullptr, *last = nullptr;
        std::size_t count = 0;
        source_.for_attributes([&](std::string_view written, std::string_view value, bool has_value) {
            if (++count > most_attributes) throw Unknown("many attributes");
            char* const start = texts_.next();
            const auto name = texts_.put_name(written);
            for (const auto* each = static_cast<const Attribute*>(first); each != nullptr; each = each->next) {
                if (each->name == name) return texts_.set_back(start);
            }
            auto& attribute = tree_.attributes.add();
            attribute.name = start;
            if (has_value) attribute.children = &text_of(value);
            if (last == nullptr) first = &attribute;
            else last->next = &attribute;
            last = &attribute;
        });
        return first;
    }

    void read_end_tag() {  // htmlParseEndTag
        source_.skip(2);
        if (source_.ends()) return add_characters("</");
        if (source_.peek() == '>') return source_.skip(1);
        if (!is_letter(source_.peek())) return source_.skip_past('>');
        const auto& name = name_of(source_.take_name(' '));
        source_.for_attributes([](std::string_view, std::string_view, bool) {});
        if (source_.ends()) return;
        source_.skip(source_.peek() == '>' ? 1 : 2);
        if (misplaced_ > 0 && (&name == &html_ || &name == &body_ || &name == &head_)) --misplaced_;
        else close_to(name);
    }

    // The start tags that are passed over: a second <html> or <body>, and a <head> that is not in <html>.
    bool is_misplaced(const Name& name) {
        const auto before = misplaced_;
        if (&name == &html_ && !open_.empty()) ++misplaced_;
        if (&name == &head_ && open_.size() != 1) ++misplaced_;
        if (&name == &body_) misplaced_ += std::count_if(open_.begin(), open_.end(), [&](Open each) { return each.name == &body_; });
        return misplaced_ > before;
    }

    const Name& name_of(std::string_view written) {
        char* const start = texts_.next();
        const auto& name = tree_.names.of(texts_.put_name(written));
        texts_.set_back(start);
        return name;
    }

    // ── the open elements ───────────────────────────────────────────────────────────────────────────────────────────

    Node& open(const Name& name) {
        if (open_.size() >= most_open) throw Unknown("nested deep");
        auto& node = add_node(libxml::element);
        node.name = name.text.c_str();
        if (!open_.empty()) add_child(node);
        else if (tree_.root == nullptr) tree_.root = &node;
        open_.push_back({&node, &name});
        if (&name == &head_) seen_ = std::max(seen_, Seen::head);
        if (&name == &body_) seen_ = Seen::body;
        return node;
    }

    void close() { open_.pop_back(); }

    void close_before(const Name& name) {  // htmlAutoClose
        while (!open_.empty() && Names::closes(name, *open_.back().name)) close();
    }

    void close_to(const Name& name) {  // htmlAutoCloseOnClose
        auto at = open_.size();
        while (at > 0 && open_[at - 1].name != &name) {
            if (open_[--at].name->priority > name.priority) return;
        }
        if (at > 0) open_.resize(at - 1);
    }

    void imply_before(const Name& name) {  // htmlCheckImplied
        if (&name == &html_) return;
        if (open_.empty()) open(html_);
        if (&name == &body_ || &name == &head_ || seen_ == Seen::body) return;
        const auto& text = name.text;
        if (open_.size() == 1 && (text == "script" || text == "style" || text == "meta" || text == "link" || text == "title" || text == "base")) {
            if (seen_ == Seen::nothing) open(head_);
        } else if (text != "noframes" && text != "frame" && text != "frameset") {
            const auto is_open = [&](Open each) { return each.name == &body_ || each.name == &head_; };
            if (std::none_of(open_.begin(), open_.end(), is_open)) open(body_);
        }
    }

    // ── texts ───────────────────────────────────────────────────────────────────────────────────────────────────────

    void read_text() {  // htmlParseCharData
        const bool is_markup = content_ == Content::markup;
        const auto text = is_markup ? source_.take_until('<') : source_.take_raw(open_.back().name->text, content_);
        const bool refers = is_markup || content_ == Content::references;
        content_ = Content::markup;
        if (text.empty()) return;
        if (is_in_body()) {
            begin_text();
            texts_.put_text(text, refers, false);
            return end_text();
        }
        char* const start = texts_.next();
        texts_.put_text(text, refers, false);
        const std::string held(start, texts_.next());
        texts_.set_back(start);
        const auto is_space = [](char byte) { return is_html_space(byte); };
        const auto shown = static_cast<std::size_t>(std::find_if_not(held.begin(), held.end(), is_space) - held.begin());
        add_text(std::string_view(held).substr(0, shown));
        if (shown < held.size()) add_characters(std::string_view(held).substr(shown));
    }

    void read_angle() {
        add_characters("<");
        source_.skip(1);
    }

    bool is_in_body() const { return !open_.empty() && open_.back().name != &html_ && open_.back().name != &head_; }

    // A text that is more than white space, and the elements that it implies.
    void add_characters(std::string_view text) {  // htmlStartCharData
        const auto& paragraph = tree_.names.of("p");
        if (!open_.empty() && open_.back().name == &head_) close_before(paragraph);
        imply_before(paragraph);
        add_text(text);
    }

    void add_text(std::string_view text) {
        if (text.empty() || open_.empty()) return;
        begin_text();
        texts_.put(text.data(), text.size());
        end_text();
    }

    // What is written from here on is a text in the innermost element, or goes on with the one that stands last in it.
    void begin_text() {
        const auto* last = open_.back().node->last;
        if (last == nullptr || last->type != libxml::text) {
            auto& node = add_node(libxml::text);
            node.content = texts_.next();
            add_child(node);
        } else {
            if (text_end_ != texts_.next()) throw Unknown("a text in two places");
            texts_.set_back(texts_.next() - 1);
        }
    }

    void end_text() {
        texts_.put_end();
        text_end_ = texts_.next();
    }

    Node& text_of(std::string_view value) {
        auto& node = add_node(libxml::text);
        node.content = texts_.next();
        texts_.put_text(value, true, true);
        texts_.put_end();
        return node;
    }

    // ── memory ──────────────────────────────────────────────────────────────────────────────────────────────────────

    Node& add_node(libxml::Type type) {
        const auto number = tree_.nodes.size();
        auto& node = tree_.nodes.add();
        node.proxy = reinterpret_cast<void*>(number);
        node.type = type;
        return node;
    }

    void add_child(Node& node) {
        auto& outer = *open_.back().node;
        node.parent = &outer;
        if (outer.last == nullptr) outer.children = &node;
        else const_cast<Node*>(outer.last)->next = &node;
        outer.last = &node;
    }

    Source source_;
    ParsedTree& tree_;
    Texts texts_;
    const char* text_end_ = nullptr;  // where the last text in an element ends
    Content content_ = Content::markup;
    Seen seen_ = Seen::nothing;
    std::ptrdiff_t misplaced_ = 0;
    std::vector<Open> open_;
    const Name &html_ = tree_.names.of("html"), &head_ = tree_.names.of("head"), &body_ = tree_.names.of("body");
};

}  // namespace

std::unique_ptr<ParsedTree> parse_html(std::string_view html, const References& references) {
    if (html.size() > most_bytes) throw Unknown("a large page");
    if (!is_utf8(html)) throw Unknown("no UTF-8, or NUL");
    if (html.substr(0, 3) == "\xEF\xBB\xBF") html.remove_prefix(3);
    auto tree = std::make_unique<ParsedTree>();
    Parser(html, references, *tree).parse();
    return tree;
}

}  // namespace dedup
