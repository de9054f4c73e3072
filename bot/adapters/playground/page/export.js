// The conversation as a file: Markdown for people, JSON for programs.

/** Gives the conversation to the browser as a download. `kind` is md or json. */
export function download(entries, title, kind) {
  const text = kind === "md" ? asMarkdown(entries, title) : `${JSON.stringify({ title, entries }, null, 2)}\n`;
  const type = kind === "md" ? "text/markdown" : "application/json";
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `cairn-conversation.${kind}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

export function asMarkdown(entries, title) {
  return `# ${literal(title)}\n\n${entries.map(entryText).join("\n\n")}\n`;
}

function entryText(entry) {
  const only = entry.private ? " _(only you could see this)_" : "";
  const head = `**${literal(entry.sender.name)}**, ${entry.at.slice(0, 16).replace("T", " ")} UTC${only}`;
  if (entry.kind === "typed") return `${head}\n\n> ${literal(entry.body.text)}`;
  const { title, blocks } = entry.body.plain;
  return [head, `### ${literal(title)}`, ...blocks.map(blockText).filter(Boolean)].join("\n\n");
}

function blockText(block) {
  switch (block.kind) {
    case "text":
      return lines(block.lines);
    case "section":
      return `${lines(block.lines)}\n\n${item(block.button)}`;
    case "fields":
      return block.fields.map((field) => `- **${literal(field.label)}:** ${lines(field.lines)}`).join("\n");
    case "actions":
      return block.items.map(item).join(" ");
    case "chart":
      return `_Chart:_ ${literal(block.alt)}`;
    default:
      return "---";
  }
}

function lines(all) {
  return all.map((line) => (line.bullet ? "- " : "") + line.spans.map(span).join("")).join("\n");
}

function item(one) {
  return one.kind === "link" ? `[${literal(one.label)}](${one.url})` : `\\[${literal(one.label ?? one.placeholder)}\\]`;
}

function span(one) {
  switch (one.style) {
    case "bold":
      return `**${literal(one.text)}**`;
    case "italic":
      return `_${literal(one.text)}_`;
    case "code":
      return `\`${one.text}\``;
    case "link":
      return `[${literal(one.text)}](${one.url})`;
    case "moment":
      return one.at;
    default:
      return literal(one.text);
  }
}

/** Text that a Markdown reader shows as it stands. */
function literal(text) {
  return text.replace(/[\\`*_[\]<>|~]/g, "\\$&").replace(/^(\s*\d*)([-+#.)])/gm, "$1\\$2");
}
