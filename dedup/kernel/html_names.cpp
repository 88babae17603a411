#include "html_names.hpp"

#include <algorithm>

namespace dedup {
namespace {

constexpr std::size_t most_names = 160;

constexpr const char* plain =
    "a abbr acronym address applet article aside b bdo big blockquote body button caption center cite code colgroup dd del "
    "dfn dir div dl dt em embed fieldset figcaption figure font footer form frameset g h1 h2 h3 h4 h5 h6 head header html i ins kbd "
    "label legend li listing main map menu nav noscript object ol optgroup option p path picture pre q s samp section "
    "select small source span strike strong sub sup svg table tbody td tfoot th thead time tr tt u ul use var wbr";
constexpr const char* empty =
    "area base basefont br col frame hr img input isindex link meta param";

struct Row {
    const char *open, *next;
};

// What ends an element: htmlStartClose.
constexpr std::array rows{
    Row{"a", "a fieldset table td th"},
    Row{"address", "dd dl dt form li ul"},
    Row{"b i", "center p td th"},
    Row{"big s small strike tt", "p"},
    Row{"caption", "col colgroup tbody tfoot thead tr"},
    Row{"col", "col colgroup tbody tfoot thead tr"},
    Row{"colgroup", "colgroup tbody tfoot thead tr"},
    Row{"dd", "dt"},
    Row{"dir", "dd dl dt form ul"},
    Row{"dl", "form li"},
    Row{"dt", "dd dl"},
    Row{"font", "center td th"},
    Row{"form", "form"},
    Row{"h1 h2 h3 h4 h5 h6", "fieldset form li p table"},
    Row{"head",
        "a abbr acronym address b bdo big blockquote body br center cite code dd dfn dir div dl dt em fieldset font form "
        "frameset h1 h2 h3 h4 h5 h6 hr i iframe img kbd li listing map menu ol p pre q s samp small span strike strong sub "
        "sup table tt u ul var xmp"},
    Row{"hr", "form"},
    Row{"legend", "fieldset"},
    Row{"li", "li"},
    Row{"link style title", "body frameset"},
    Row{"listing pre xmp", "dd dl dt fieldset form li table ul"},
    Row{"menu", "dd dl dt form ul"},
    Row{"ol", "form"},
    Row{"option", "optgroup option"},
    Row{"p",
        "address blockquote body caption center col colgroup dd dir div dl dt fieldset form frameset h1 h2 h3 h4 h5 h6 head hr "
        "li listing menu ol p pre table tbody td tfoot th title tr ul xmp"},
    Row{"script", "noscript"},
    Row{"span", "td th"},
    Row{"tbody", "tbody tfoot"},
    Row{"td th", "tbody td tfoot th tr"},
    Row{"tfoot", "tbody"},
    Row{"thead", "tbody tfoot"},
    Row{"tr", "tbody tfoot tr"},
    Row{"u", "p td th"},
    Row{"ul", "address form menu pre"},
};

struct NameHash {
    std::size_t operator()(std::string_view name) const {
        if (name.empty()) return 0;
        const auto byte = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(name[at])); };
        return (name.size() * 31 + byte(0)) * 31 + byte(name.size() / 2) * 7 + byte(name.size() - 1);
    }
};

struct Known {
    std::array<Name, most_names> names;
    std::unordered_map<std::string_view, const Name*, NameHash> by_text;
    std::array<std::bitset<most_names>, most_names> closed;  // by the element, then by what ends it

    Known() {
        add(plain, {});
        add(empty, {{}, 0, true});
        add("textarea title", {{}, 0, false, Content::references});
        add("iframe noembed noframes style xmp", {{}, 0, false, Content::raw});
        add("script", {{}, 0, false, Content::script});
        add("plaintext", {{}, 0, false, Content::all});
        rank("div", 150), rank("td th", 160), rank("tr", 170), rank("thead tbody tfoot", 180), rank("table", 190);
        rank("head body", 200), rank("html", 220);
        for (const auto& row : rows) {
            for_names(row.open, [&](auto open) {
                for_names(row.next, [&](auto next) { closed.at(name(open).number).set(name(next).number); });
            });
        }
    }

    template <class Use>
    static void for_names(std::string_view listed, Use use) {
        for (std::size_t at = 0; at < listed.size();) {
            const auto end = std::min(listed.find(' ', at), listed.size());
            use(listed.substr(at, end - at));
            at = end + 1;
        }
    }

    void add(const char* listed, const Name& like) {
        for_names(listed, [&](auto text) {
            auto& name = names.at(++size);
            name = like;
            name.text = text;
            name.number = size;
            by_text[name.text] = &name;
        });
    }

    void rank(const char* listed, int priority) {
        for_names(listed, [&](auto text) { names.at(name(text).number).priority = priority; });
    }

    const Name& name(std::string_view text) const { return *by_text.at(text); }

    std::size_t size = 0;
};

const Known& known() {
    static const Known all;
    return all;
}

}  // namespace

const Name& Names::of(std::string_view name) {
    const auto& by_text = known().by_text;
    const auto found = by_text.find(name);
    if (found != by_text.end()) return *found->second;
    auto other = others_.find(name);
    if (other == others_.end()) {
        other = others_.try_emplace(std::string(name)).first;
        other->second.text = name;
    }
    return other->second;
}

bool Names::closes(const Name& next, const Name& open) { return known().closed[open.number][next.number]; }

}  // namespace dedup
