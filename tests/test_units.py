# ruff: noqa: E501 (tables of cases)
"""Words and sentences of all scripts: which texts have the same words, and that every word stands where it says."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import characters, kernel
from dedup.sentences import sentences
from dedup.text import count_words, fold, letters, unread, word_hash, word_list
from dedup.words import Mark, MarkedWords, defined_words, marked_words

native = pytest.mark.skipif(not kernel.NATIVE, reason="no kernel was built, or none is wanted")
PROSE = {
    "English": "The old mill by the river, which had stood since 1904, burned down in May.",
    "German": "Die alte Mühle am Fluß, die seit 1904 stand, brannte im Mai ab.",
    "Polish": "Stary młyn nad rzeką, który stał od 1904 roku, spłonął w maju; żółta łódź ocalała.",
    "Turkish": "Irmağın kıyısındaki eski değirmen Mayıs ayında yandı. İşçiler üzgün.",
    "Vietnamese": "Chiếc cối xay cũ bên bờ sông, dựng từ năm 1904, đã cháy vào tháng năm.",
    "Greek": "Ο παλιός μύλος δίπλα στο ποτάμι, που στεκόταν από το 1904, κάηκε τον Μάιο.",
    "Russian": "Старая мельница у реки, стоявшая с 1904 года, сгорела в мае; ёлки остались.",
    "Ukrainian": "Старий млин над річкою згорів у травні; сім'я їхала повз нього.",
    "Arabic": "احترقت الطاحونة القديمة على ضفة النهر في شهر مايو عام ١٩٠٤.",
    "Arabic with vowels": "كَانَتِ الطَّاحُونَةُ القَدِيمَةُ عَلَى ضِفَّةِ النَّهْرِ.",
    "Persian": "آسیاب قدیمی کنار رودخانه می‌سوزد و کتاب‌ها در سال ۱۹۰۴ نوشته شده‌اند.",
    "Urdu": "دریا کے کنارے پرانی چکی جل گئی۔ کوئی نہیں جانتا کیوں؟",
    "Hebrew": "הטחנה הישנה על גדת הנהר, שעמדה משנת 1904, נשרפה במאי.",
    "Hebrew with vowels": "הַטַּחֲנָה הַיְשָׁנָה עַל גְּדַת הַנָּהָר.",
    "Hindi": "नदी के किनारे की पुरानी चक्की १९०४ से खड़ी थी। वह मई में जल गई।",
    "Bengali": "নদীর ধারের পুরানো কলটি ১৯০৪ সাল থেকে ছিল। মে মাসে তা পুড়ে গেল।",
    "Tamil": "ஆற்றங்கரையில் இருந்த பழைய ஆலை மே மாதத்தில் எரிந்தது.",
    "Telugu": "నది ఒడ్డున ఉన్న పాత మిల్లు మే నెలలో కాలిపోయింది.",
    "Sinhala": "ගඟ අසල පැරණි මෝල මැයි මාසයේ ගිනිගත්තා.",
    "Thai": "โรงสีเก่าริมแม่น้ำซึ่งตั้งอยู่มาตั้งแต่ปี ๒๔๔๗ ถูกไฟไหม้ในเดือนพฤษภาคม",
    "Lao": "ໂຮງສີເກົ່າຢູ່ແຄມແມ່ນ້ຳໄດ້ຖືກໄຟໄໝ້ໃນເດືອນພຶດສະພາ",
    "Khmer": "ម៉ាស៊ីនកិនស្រូវចាស់នៅមាត់ទន្លេបានឆេះនៅខែឧសភា។",
    "Burmese": "မြစ်ကမ်းနားရှိ စက်ရုံဟောင်းသည် မေလတွင် မီးလောင်ခဲ့သည်။",
    "Tibetan": "གཙང་པོའི་འགྲམ་གྱི་རང་འཐག་རྙིང་པ་ཞིག།",
    "Amharic": "በወንዙ ዳር ያለው አሮጌ ወፍጮ በግንቦት ተቃጠለ።",
    "Korean": "강가의 오래된 물레방아는 1904년부터 서 있었으나 5월에 불탔다.",
    "Japanese": "川岸の古い水車は1904年から建っていたが、5月に焼けた。コーヒーとガラスのビン。",
    "Chinese": "河边的老磨坊自１９０４年起就在那里，五月被烧毁。NASA说：“很可惜！”",
    "Georgian": "მდინარის პირას მდგარი ძველი წისქვილი მაისში დაიწვა.",
    "Armenian": "Գետի ափին գտնվող հին ջրաղացը մայիսին այրվեց։ Ոչ ոք չգիտի։",
    "Emoji": "The mill ❤️ burned 🔥 down 👩‍👩‍👧 in May 🇳🇴 1️⃣!",
}  # fmt: skip
SAME = [
    ("accents composed and not", "Café Ångström", "Cafe\u0301 A\u030angstro\u0308m"),
    ("accents left out", "naïve façade", "naive facade"),
    ("Vietnamese, decomposed", "Việt Nam", unicodedata.normalize("NFD", "Việt Nam")),
    ("Hangul, decomposed", "한국어 문장", unicodedata.normalize("NFD", "한국어 문장")),
    ("kana, decomposed", "ガラスのビン", unicodedata.normalize("NFD", "ガラスのビン")),
    ("kana, half as wide", "ガラス コーヒー パ", "ｶﾞﾗｽ ｺｰﾋｰ ﾊﾟ"),
    ("Devanagari, decomposed", "क़लम ऩ", unicodedata.normalize("NFD", "क़लम ऩ")),
    ("nukta left out", "लड़का", "लडका"),
    ("Bengali, decomposed", "কো", "ক\u09c7\u09be"),
    ("full width", "ＡＢＣ　１２３，ｄ", "ABC 123, d"),
    ("zero-width space inside", "mi\u200bll", "mill"),
    ("zero-width non-joiner of Persian", "می‌روم", "میروم"),
    ("word joiner and byte order mark", "a\u2060b c\ufeffd", "ab cd"),
    ("soft hyphen", "ex\u00adam\u00adple", "example"),
    ("grapheme joiner", "a\u034fb", "ab"),
    ("Mongolian vowel separator", "a\u180eb", "ab"),
    ("invisible operator", "2\u2062x", "2x"),
    ("bidi mark inside", "mi\u200ell", "mill"),
    ("bidi marks around", "\u200fmill\u200e \u202amill\u202c \u2066mill\u2069 \u061cmill", "mill mill mill mill"),
    ("variation selector of ideographs", "葛\U000e0100城", "葛城"),
    ("variation selector of emoji is no word", "hi ❤️ you", "hi you"),
    ("joiners of emoji are no words", "hi 👩‍👩‍👧 you", "hi you"),
    ("keycap", "1️⃣ mill", "1 mill"),
    ("curly apostrophe", "don't", "don’t"),
    ("modifier apostrophe", "don't", "donʼt"),
    ("Ukrainian apostrophe", "сім'я", "сімʼя"),
    ("okina", "Hawai'i", "Hawaiʻi"),
    ("quotes of all kinds", '"mill" mill', "„mill“ «mill»"),
    ("dashes of all kinds", "a-b c-d e-f g-h", "a–b c—d e\u2011f g\u2212h"),
    ("ligatures", "fine offer", "ﬁne oﬀer"),
    ("harakat", "كتاب", "كِتَابٌ"),
    ("superscript alef", "هذا", "هٰذا"),
    ("tatweel", "كتاب", "كتـــاب"),
    ("tatweel at the end", "ه في", "هـ في"),
    ("presentation forms", "كتاب", "ﻛﺘﺎﺏ"),
    ("hamza on alef, as search engines fold it", "احمد", "أحمد"),
    ("Persian letters on Arabic keyboards", "کتابی", "كتابي"),
    ("niqqud", "שלום", "שָׁלוֹם"),
    ("Turkish without its dotless i", "ışık", "isik"),
    ("Turkish capitals", "IŞIK", "ışık"),
    ("dotted capital I", "İstanbul", "istanbul"),
    ("sharp s", "Straße", "STRASSE"),
    ("final sigma", "Σίσυφος", "ΣΊΣΥΦΟΣ"),
    ("Roman numerals", "Henry Ⅷ", "Henry VIII"),
    ("footnote mark", "mill¹ burned²", "mill burned"),
    ("no-break space", "a\u00a0b\u202fc", "a b c"),
    ("Arabic figures", "عام ١٩٠٤", "عام 1904"),
    ("Persian figures", "۱۹۰۴", "١٩٠٤"),
    ("Devanagari figures", "१९०४", "1904"),
    ("Thai figures", "ปี ๒๔๔๗", "ปี 2447"),
    ("mathematical letters and figures", "𝐀𝟏", "a1"),
    ("zero-width spaces of Thai", "กา\u200bกา", "กากา"),
    ("radical for ideograph", "⼀", "一"),
    ("emphasis in mail", "_mill_ and ___", "mill and"),
    ("names of code", "snake_case", "snake case"),
    ("mixed scripts", "東京Tower2号", "東 京 tower2 号"),
]  # fmt: skip
DIFFERENT = [
    ("vowel of Devanagari", "कुल", "कल"),
    ("vowels of Hindi", "में", "मैं"),
    ("virama", "स्त", "सत"),
    ("vowel of Thai", "กิน", "กุน"),
    ("tone of Thai", "ไม่", "ไม้"),
    ("vowel of Lao", "ກິນ", "ກິ່ນ"),
    ("vowel of Khmer", "កិ", "កុ"),
    ("vowel of Burmese", "မိ", "မု"),
    ("voicing of kana", "かき", "かぎ"),
    ("long vowel of kana", "ビル", "ビール"),
    ("alef maksura and yeh", "على", "علي"),
    ("teh marbuta and heh", "مدرسة", "مدرسه"),
    ("letters with a stroke", "łoś", "los"),
    ("figures", "१९०४", "1905"),
    ("small words", "is", "its"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), [case[1:] for case in SAME], ids=[case[0] for case in SAME])
def test_the_same_words_however_they_are_written(one: str, other: str) -> None:
    assert word_list(one) == word_list(other)
    assert words_of(one).hashes.tolist() == words_of(other).hashes.tolist() == [word_hash(word) for word in word_list(one)]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), [case[1:] for case in DIFFERENT], ids=[case[0] for case in DIFFERENT])
def test_words_that_differ_are_not_made_the_same(one: str, other: str) -> None:
    assert word_list(one) != word_list(other)
    assert words_of(one).hashes.tolist() != words_of(other).hashes.tolist()


def assert_same(found: MarkedWords, defined: MarkedWords) -> None:
    assert [column.tolist() for column in found] == [column.tolist() for column in defined]


def words_of(text: str) -> MarkedWords:
    """The words of a text as the kernel gives them, which are those of the definition and stand where they say."""
    found, defined = marked_words(text, [(0, len(text))]), defined_words(text, [(0, len(text))])
    assert_same(found, defined)
    for start, end, hash_ in zip(found.starts, found.ends, found.hashes, strict=True):
        word = text[start:end]
        assert word_hash(word) == hash_
        assert fold(word), "a word of nothing"
        assert letters(word[0]) == 1 and (letters(word[-1]) == 1 or unicodedata.category(word[-1])[0] in "ML")
    assert (found.starts[1:] >= found.ends[:-1]).all()
    return found


@pytest.mark.parametrize("text", PROSE.values(), ids=PROSE)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_prose_has_the_same_words_and_marks_in_either_form(text: str, form: str) -> None:
    changed = unicodedata.normalize(form, text)  # type: ignore[arg-type]

    assert word_list(changed) == word_list(text)
    assert words_of(changed).hashes.tolist() == words_of(text).hashes.tolist()
    assert words_of(changed).marks.tolist() == words_of(text).marks.tolist()
    assert count_words(changed) == count_words(text)


@given(st.sampled_from([*PROSE.values()]), st.data())
def test_what_is_not_seen_changes_no_word_of_prose(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    unseen = data.draw(st.sampled_from("\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202c\u2060\u2066\u2069\u061c\ufeff\ufe0f"))  # fmt: skip
    changed = f"{text[:at]}{unseen}{text[at:]}"

    assert word_list(changed) == word_list(text)
    assert words_of(changed).hashes.tolist() == words_of(text).hashes.tolist()


@given(st.lists(st.sampled_from([*"".join(PROSE.values())]) | st.characters(), max_size=30).map("".join))
def test_words_of_any_text_stand_where_they_say(text: str) -> None:
    assert [word_hash(word) for word in word_list(text)] == words_of(text).hashes.tolist()
    assert fold(fold(text)) == fold(text)


@native
@pytest.mark.parametrize("text", PROSE.values(), ids=PROSE)
def test_prose_of_every_script_stays_in_the_kernel(text: str) -> None:
    from dedup.kernel import _native

    place = np.array([0], np.int32), np.array([len(text)], np.int32)

    found = _native.marked_words(text, *place, np.zeros(1, np.uint8), np.zeros(0, np.int32), characters.page)

    assert found is not None


def marked(text: str, mark: Mark) -> list[str]:
    found = words_of(text)
    return [text[a:b] for a, b, own in zip(found.starts, found.ends, found.marks, strict=True) if own & mark]


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("In 1904 the x1 of ١٩٠٤ and १९ burned.", ["1904", "x1", "١٩٠٤", "१९"]),
        ("ปี ๒๔๔๗ นั้น", ["๒๔๔๗"]),
        ("于１９０４年", ["１９０４"]),
        ("x² and Ⅷ", []),
    ],
)
def test_figures_are_those_of_every_script(text: str, figures: list[str]) -> None:
    assert marked(text, Mark.FIGURE) == figures


def test_a_capital_with_an_accent_is_no_name_in_either_form() -> None:
    text = "Le Plan É de Émile"

    for form in (unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)):
        assert [unicodedata.normalize("NFC", name) for name in marked(form, Mark.NAME)] == ["Plan", "Émile"]


@pytest.mark.parametrize(
    "parts",
    [
        ["متى احترقت؟ ", "في مايو. ", "لا أحد يعلم."],
        ["متى احترقت؟\u200f ", "\u200fفي مايو."],
        ["کوئی نہیں جانتا۔ ", "کیوں؟ ", "جی۔"],
        ["वह जल गई। ", "कोई नहीं जानता॥ ", "क्यों? ", "नहीं।"],
        ["焼けた。", "なぜ？", "「知らない！」", "と言った｡", "以上"],
        ["磨坊烧毁了。", "“为什么？”", "他问。"],
        ["費用は３．５億円。", "高い．", "以上"],
        ["¿Cuándo ardió? ", "¡En mayo! ", "—Nadie lo sabe."],
        ["„Warum?“ ", "„Niemand weiß es.“ ", "»Doch!« ", "»Nein.«"],
        ["Warum ... ", "Niemand weiß es… ", "Er ging."],
        ["He waited... and waited. ", "Then he left."],
        ["1. ", "The mill burned. ", "2. ", "The ferry sank."],
        ["Mr. Hale of the U.S. Navy came at 3.5 knots. ", "He left."],
        ["Գետը։ ", "Ոչ ոք։"],
        ["မီးလောင်ခဲ့သည်။", "မသိပါ။"],
        ["បានឆេះ។", "មិនដឹង។"],
        ["ተቃጠለ።", "ማንም አያውቅም።"],
        ["โรงสีเก่าริมแม่น้ำถูกไฟไหม้ ", "ไม่มีใครรู้ว่าเกิดจากอะไร ", "ตำรวจกำลังสอบสวนเรื่องนี้อยู่"],
        ["โรงสีของนาย สมชาย ใจดี ถูกไฟไหม้ ในปี 2447 นั้น"],
    ],
)  # fmt: skip
def test_sentences_of_every_script_begin_where_a_reader_begins_them(parts: list[str]) -> None:
    text = "".join(parts)

    assert [text[a:b] for a, b in sentences(text, 0, len(text))] == parts
    assert all(one[1] == other[0] for one, other in pairwise(sentences(text, 0, len(text))))
    words_of(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("JL> The mill burned\nJL> in May.", ["The", "mill", "burned", "in", "May"]),
        (">JL> The mill\n> JL> burned.", ["The", "mill", "burned"]),
        ("ada] The mill\nada] burned.", ["The", "mill", "burned"]),
        ("Ada> The mill\r\nAda>> burned.", ["The", "mill", "burned"]),
        ("JL> The mill\nburned.", ["JL", "The", "mill", "burned"]),
        ("JL> The mill", ["JL", "The", "mill"]),
        ("JL>the mill\nJL>burned.", ["the", "mill", "burned"]),
        ("x>y\nx>z", ["x", "y", "x", "z"]),
        ("JL> The mill\nKM> burned.", ["JL", "The", "mill", "KM", "burned"]),
        ("Note: the mill\nNote: burned.", ["Note", "the", "mill", "Note", "burned"]),
        ("a > b\na > c", ["b", "c"]),
        ("x->y\nx->z", ["x", "y", "x", "z"]),
        ("See [it](http://mill.example/a)\nnow.", ["See", "it", "now"]),
    ],
)
def test_initials_that_all_lines_of_a_quotation_begin_with_are_not_read(text: str, words: list[str]) -> None:
    found = marked_words(text, [(0, len(text))])
    defined = defined_words(text, [(0, len(text))])

    assert [text[a:b] for a, b in zip(found.starts, found.ends, strict=True)] == words
    assert_same(found, defined)


def test_initials_of_one_line_are_not_read_where_another_one_has_them() -> None:
    text = "JL> The mill\n\nWhen?\n\nJL> burned.\n\nKM> In May."
    blocks = [(0, 12), (14, 19), (21, 32), (34, 44)]

    found = marked_words(text, blocks)

    assert [text[a:b] for a, b in zip(found.starts, found.ends, strict=True)] == ["The", "mill", "When", "burned", "KM", "In", "May"]  # fmt: skip
    assert_same(found, defined_words(text, blocks))


@given(st.lists(st.sampled_from(["JL> ", "> ", "ada] ", "[a](b)", "](c)", "Mill", "\n", "\r\n", " "]), max_size=20).map("".join))  # fmt: skip
def test_what_is_not_read_ascends_within_its_block(text: str) -> None:
    found = unread(text, 1, len(text)) if text else []

    assert all(1 <= start < end <= len(text) for start, end in found)
    assert all(one[1] <= other[0] for one, other in pairwise(found))
    assert_same(marked_words(text, [(0, len(text))]), defined_words(text, [(0, len(text))]))
