"""The page's style: system fonts, a quiet palette, light and dark as the reader's system has it."""

from __future__ import annotations

from typing import Final

CSS: Final = """
:root{color-scheme:light dark;
--paper:#fff;--panel:#f6f7f8;--ink:#1b1f23;--soft:#5c6670;--rule:#dfe3e7;--good:#137a4b;--bad:#b3372c;
--c0:#1f6fb2;--c1:#9aa5b1;--c2:#d98b1f;--c3:#3f9a74;--c4:#a764a8;--c5:#c4574a;--c6:#6d7fd1;--c7:#7d7466}
@media(prefers-color-scheme:dark){:root{
--paper:#15181b;--panel:#1d2125;--ink:#e6e9ec;--soft:#9aa5af;--rule:#30363c;--good:#56c08d;--bad:#e88379;
--c0:#5aa9e6;--c1:#77828d;--c2:#e5a850;--c3:#63bf98;--c4:#c790c8;--c5:#e0857a;--c6:#98a6ee;--c7:#aaa193}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);
font:15px/1.6 system-ui,-apple-system,"Segoe UI","PingFang SC","Hiragino Sans GB","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif}
main{max-width:1040px;margin:0 auto;padding:40px 24px 72px}
h1{font-size:28px;line-height:1.25;margin:0 0 6px;font-weight:650}
h2{font-size:20px;line-height:1.3;margin:56px 0 6px;padding-top:20px;border-top:1px solid var(--rule);font-weight:620}
h3{font-size:15px;margin:28px 0 8px;font-weight:620}
h2 small,h1 small,h3 small{font-weight:400;color:var(--soft);font-size:.78em;margin-left:.5em}
p{margin:6px 0 14px;max-width:72ch}
.note{color:var(--soft);font-size:13.5px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(185px,1fr));gap:12px;margin:26px 0 0}
.tile{background:var(--panel);border-radius:8px;padding:14px 16px}
.tile b{display:block;font-size:26px;line-height:1.25;font-weight:620;font-variant-numeric:tabular-nums}
.tile span{display:block;color:var(--soft);font-size:13px;line-height:1.4}
.panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:20px 16px;margin:14px 0}
figure{margin:0;min-width:0}
figure.wide{margin:14px 0;overflow-x:auto}svg.bars{min-width:620px}
figcaption{font-size:13.5px;font-weight:560;margin-bottom:2px;overflow-wrap:anywhere}
figcaption small{color:var(--soft);font-weight:400}
svg{display:block;max-width:100%;height:auto;overflow:visible}
svg text{font-size:11px;fill:var(--soft);font-variant-numeric:tabular-nums}
svg .group{font-size:13px;font-weight:560;fill:var(--ink)}
svg .label,svg .value{font-size:12px;fill:var(--ink)}
svg .end{text-anchor:end}svg .middle{text-anchor:middle}
svg .grid{stroke:var(--rule);stroke-width:1}
svg .error line{stroke:var(--ink);stroke-width:1.2;opacity:.75}
svg .line{fill:none;stroke-width:2;stroke-linejoin:round}
svg .dashed{stroke-dasharray:5 4;stroke-width:1.5}
svg .whisker{stroke-width:1.4;opacity:.65}svg .dot{opacity:.92}
svg .ideal,svg .limit{stroke:var(--soft);stroke-dasharray:2 4;fill:none}
.c0{fill:var(--c0)}.c1{fill:var(--c1)}.c2{fill:var(--c2)}.c3{fill:var(--c3)}
.c4{fill:var(--c4)}.c5{fill:var(--c5)}.c6{fill:var(--c6)}.c7{fill:var(--c7)}
.s0{stroke:var(--c0)}.s1{stroke:var(--c1)}.s2{stroke:var(--c2)}.s3{stroke:var(--c3)}
.s4{stroke:var(--c4)}.s5{stroke:var(--c5)}.s6{stroke:var(--c6)}.s7{stroke:var(--c7)}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;margin:8px 0 0;padding:0;list-style:none;font-size:13px}
.legend svg{display:inline-block;vertical-align:-1px;margin-right:6px}
.scroll{overflow-x:auto;margin:10px 0}
table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:5px 14px 5px 0;border-bottom:1px solid var(--rule);vertical-align:top}
th{font-weight:560;color:var(--soft);white-space:nowrap}
td.n,th.n{text-align:right;white-space:nowrap}
td:first-child{white-space:nowrap}td.best{font-weight:650}
td small{color:var(--soft)}
td.wrap{overflow-wrap:anywhere;min-width:16ch;max-width:60ch}
details{margin:8px 0}summary{cursor:pointer;color:var(--soft);font-size:13.5px}
.cases{list-style:none;margin:12px 0;padding:0}
.cases>li{background:var(--panel);border-radius:8px;padding:14px 18px;margin:0 0 12px}
.cases h4{margin:0 0 4px;font-size:15px;font-weight:600;overflow-wrap:anywhere;unicode-bidi:isolate}
.meta{color:var(--soft);font-size:13px;margin:0 0 8px;max-width:none}
dl{display:grid;grid-template-columns:minmax(90px,max-content) 1fr;gap:4px 16px;margin:8px 0 0;font-size:13.5px}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere;unicode-bidi:isolate}
.entry{margin:0 0 8px}.entry .why{color:var(--soft);font-size:12.5px;display:block}
.entry b{font-weight:600}.good{color:var(--good)}.bad{color:var(--bad)}
footer{margin-top:56px;color:var(--soft);font-size:13px}
@media(max-width:560px){main{padding:24px 14px 48px}h1{font-size:23px}dl{grid-template-columns:1fr}dd{margin-bottom:6px}}
@media print{main{max-width:none;padding:0}.cases>li,figure{break-inside:avoid}}
"""
