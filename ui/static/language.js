// The document says in which language it is: readers aloud need it, and so does the choice of Chinese glyphs.
const tell = () => {
  const language = element.querySelector(".zd-bar")?.lang;
  if (language) document.documentElement.lang = language;
};
tell();
watch("value", tell);
