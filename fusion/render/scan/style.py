"""The style of the report: one sheet for desktops, phones and paper, light and dark.

Colours of text have a contrast of at least 4.5 to 1 on their ground (WCAG 2.2, 1.4.3); every state is also a word and a sign.
"""

from __future__ import annotations

CSS = """
:root{color-scheme:light dark;--page:#f4f5f7;--card:#fff;--ink:#1b1f24;--soft:#57606a;--line:#d5dae0;--wash:#eef0f3;
--link:#0a5bc2;--holds:#1a7f37;--failed:#b3261e;--accepted:#8a5a00;--unknown:#57606a;--manual:#4d5f92;--idle:#6b7480;
--critical:#8f1d4f;--high:#b3261e;--medium:#9a5200;--low:#3c5c8f;--info:#57606a}
@media screen and (prefers-color-scheme:dark){:root{--page:#0f1216;--card:#171b21;--ink:#e6e9ed;--soft:#a3adb8;--line:#2e353e;
--wash:#20262e;--link:#7db3ff;--holds:#4cc26a;--failed:#ff8178;--accepted:#e3ad45;--unknown:#a3adb8;--manual:#9db0e3;--idle:#8b95a1;
--critical:#ff8ab8;--high:#ff8178;--medium:#f0a35e;--low:#8fb4ea;--info:#a3adb8}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);
font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;
overflow-wrap:anywhere}
main{max-width:68rem;margin:0 auto;padding:1.5rem 1rem 3rem}
h1{font-size:1.75rem;line-height:1.2;margin:.1rem 0 .6rem}
h2{font-size:1.25rem;line-height:1.3;margin:0 0 .6rem}
h3{font-size:1.05rem;line-height:1.35;margin:0 0 .35rem}
p{margin:.35rem 0;max-width:48rem}
a{color:var(--link)}
code{font:.875em/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;background:var(--wash);
border-radius:4px;padding:.08em .3em}
.eyebrow{color:var(--soft);font-size:.875rem;margin:0}
.soft{color:var(--soft)}
.small{font-size:.875rem}
header,.part,.card{background:var(--card);border:1px solid var(--line);border-radius:10px;
padding:1.1rem 1.25rem;margin:0 0 1rem}
.verdict{border-left:6px solid var(--unknown);padding:.3rem 0 .3rem .9rem;margin:.9rem 0 .2rem}
.verdict p:first-child{font-size:1.15rem;font-weight:600;margin:0}
.v-holds{border-color:var(--holds)}.v-failed{border-color:var(--failed)}.v-accepted{border-color:var(--accepted)}
nav ul{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;list-style:none;margin:0 0 1rem;padding:0 .2rem;font-size:.9375rem}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:.5rem 1.5rem;margin:.6rem 0 0}
.facts dt{color:var(--soft);font-size:.8125rem}
.facts dd{margin:0}
.told{margin:.6rem 0 0}
.told div{display:grid;grid-template-columns:8.5rem 1fr;gap:0 1rem;padding:.22rem 0}
.told dt{color:var(--soft);font-size:.875rem;line-height:1.7}
.told dd{margin:0;max-width:44rem}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(19rem,1fr));gap:1.1rem 2rem}
.wide{grid-column:1/-1}
figure{margin:0}
figcaption{font-weight:600;margin:0 0 .35rem}
svg{display:block;width:100%;overflow:visible}
svg text{font:.75rem system-ui,sans-serif;fill:var(--soft)}
.key{display:flex;flex-wrap:wrap;gap:.15rem 1rem;list-style:none;margin:.45rem 0 0;padding:0;font-size:.875rem}
.key svg{display:inline-block;width:12px;height:12px;vertical-align:-1px;margin-right:.35rem}
.f-holds,.f-supported{fill:var(--holds)}.f-failed,.f-contradicted{fill:var(--failed)}.f-accepted{fill:var(--accepted)}
.f-unknown,.f-not_assessed{fill:url(#hatch)}.f-manual{fill:url(#dots)}.f-idle{fill:var(--line)}
.f-critical{fill:var(--critical)}.f-high{fill:var(--high)}.f-medium{fill:var(--medium)}.f-low{fill:var(--low)}.f-info{fill:var(--info)}
.ground{fill:var(--wash)}.h-ground{fill:var(--wash)}.h-line{stroke:var(--unknown);stroke-width:2.5}.d-dot{fill:var(--manual)}
.grid{stroke:var(--line);stroke-width:1}
.l-holds,.l-failed,.l-unknown{fill:none;stroke-linejoin:round;vector-effect:non-scaling-stroke}
.l-holds{stroke:var(--holds);stroke-width:1.5}.l-failed{stroke:var(--failed);stroke-width:3.5}
.l-unknown{stroke:var(--unknown);stroke-width:2;stroke-dasharray:5 4}
.key .stroke{width:24px}
.wide p{max-width:none}
.p-holds{fill:var(--holds)}.p-failed{fill:var(--failed)}.p-unknown{fill:var(--unknown)}
.pill{display:inline-block;font-size:.8125rem;font-weight:600;line-height:1.35;border:1.5px solid currentColor;
border-radius:999px;padding:.02rem .55rem;white-space:nowrap}
.s-holds,.s-supported{color:var(--holds)}.s-failed,.s-contradicted{color:var(--failed)}.s-accepted{color:var(--accepted)}
.s-unknown,.s-not_assessed{color:var(--unknown);border-style:dashed}.s-manual{color:var(--manual);border-style:dotted}
.s-idle{color:var(--soft);border-style:dotted}
.s-critical{color:var(--critical)}.s-high{color:var(--high)}.s-medium{color:var(--medium)}.s-low{color:var(--low)}.s-info{color:var(--info)}
table{border-collapse:collapse;width:100%;margin:.4rem 0 .8rem;font-size:.9375rem}
caption{text-align:left;color:var(--soft);font-size:.875rem;padding:0 0 .35rem}
th,td{text-align:left;vertical-align:top;padding:.42rem .6rem;border-bottom:1px solid var(--line)}
thead th{font-size:.8125rem;color:var(--soft);font-weight:600;white-space:nowrap}
tbody th{font-weight:500;min-width:6.5rem}
td.t{min-width:8.5rem}
.reasons tbody th{width:36%}
.many{columns:2;column-gap:1.75rem;margin:0;padding-left:1.1rem}
.many li{break-inside:avoid}.many li:only-child{list-style:none;margin-left:-1.1rem;column-span:all}
.id,td time{white-space:nowrap}
table:last-child{margin-bottom:0}
.verdict p{max-width:none}
.n{text-align:right;font-variant-numeric:tabular-nums}
th:first-child,td:first-child{padding-left:0}
tr>:last-child{padding-right:0}
.card{padding:.9rem 1.1rem;border-left:5px solid var(--unknown);margin:.8rem 0}
.c-critical{border-left-color:var(--critical)}.c-high{border-left-color:var(--high)}.c-medium{border-left-color:var(--medium)}
.c-low{border-left-color:var(--low)}.c-accepted{border-left-color:var(--accepted)}
.head{display:flex;flex-wrap:wrap;gap:.2rem .7rem;align-items:baseline;justify-content:space-between}
.head h3{flex:1 1 16rem}
.places{list-style:none;padding:0;margin:.5rem 0}
.places li{padding:.3rem 0;border-top:1px solid var(--line)}
.unknowns{border:2px dashed var(--unknown)}
ul{padding-left:1.25rem;margin:.35rem 0}
details{border-top:1px solid var(--line);padding:.55rem 0}
summary{cursor:pointer;display:grid;grid-template-columns:minmax(12rem,22rem) 1fr;gap:.2rem 1rem;align-items:center}
summary::before{content:"\\25b8";position:absolute;margin-left:-1rem;color:var(--soft)}
details[open]>summary::before{content:"\\25be"}
details{padding-left:1rem;position:relative}
details details{border:0;padding:.3rem 0 .3rem 1rem}
details details summary,.card summary{display:block;width:fit-content}
figure details{border:0;padding:.1rem 0 0 1rem}
figure summary{display:block;width:fit-content;font-size:.9375rem}
.card details{border:0;padding:0 0 0 1rem}
summary .name{font-weight:600}
summary .bar{display:block}
footer{color:var(--soft);font-size:.875rem;padding:.5rem .2rem}
@media screen and (max-width:44rem){
main{padding:.75rem .6rem 2rem}
h1{font-size:1.4rem}
header,.part{padding:.9rem .85rem;border-radius:8px}
.charts{grid-template-columns:minmax(0,1fr)}
.facts{grid-template-columns:repeat(2,minmax(0,1fr))}
summary,.told div{grid-template-columns:minmax(0,1fr)}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table,tbody,tr,caption{display:block}
tr{padding:.5rem 0;border-bottom:1px solid var(--line)}
tbody th,tbody td{display:block;border:0;padding:.1rem 0;text-align:left}
tbody th{font-weight:600}
.reasons tbody th{width:auto}
.many{columns:1}
td[data-label]::before{content:attr(data-label) ": ";color:var(--soft);font-size:.8125rem}
tbody td.n{display:inline-block;margin-right:1rem}
td.e{display:none}
}
@media print{
@page{margin:16mm 14mm}
html{font-size:11px}
:root{--page:#fff;--card:#fff;color-scheme:light}
main{max-width:none;padding:0}
nav{display:none}
header,.part{border:0;padding:0;margin:0 0 7mm;border-radius:0}
.card,.verdict,tr,figure{break-inside:avoid}
h2,h3,summary,caption{break-after:avoid}
thead{display:table-header-group}
svg,.pill,code,.card,.verdict{-webkit-print-color-adjust:exact;print-color-adjust:exact}
details::details-content{content-visibility:visible;block-size:auto}
summary::before,details[open]>summary::before{content:none}
a{color:inherit;text-decoration:none}
}
"""
