// ACL as a language of the editor: parser, colours, indentation, folding, comments.

import {
  delimitedIndent,
  foldInside,
  foldNodeProp,
  HighlightStyle,
  indentNodeProp,
  LanguageSupport,
  LRLanguage,
  syntaxHighlighting,
} from "@codemirror/language";
import { styleTags, tags } from "@lezer/highlight";
import { parser } from "./acl.grammar";

export const aclLanguage = LRLanguage.define({
  name: "acl",
  parser: parser.configure({
    props: [
      styleTags({
        "AttributeName/Name": tags.propertyName,
        "Key/Name Key/String": tags.propertyName,
        "BlockName/Name": tags.keyword,
        "FunctionName/Name": tags.function(tags.variableName),
        "Label/String Label/RawString": tags.labelName,
        String: tags.string,
        "RawString Heredoc": tags.special(tags.string),
        Number: tags.number,
        Boolean: tags.bool,
        Null: tags.null,
        LineComment: tags.lineComment,
        BlockComment: tags.blockComment,
        '= ":"': tags.definitionOperator,
        "{ }": tags.brace,
        "[ ]": tags.squareBracket,
        "( )": tags.paren,
        ",": tags.separator,
      }),
      indentNodeProp.add({
        Body: delimitedIndent({ closing: "}", align: false }),
        Table: delimitedIndent({ closing: "}", align: false }),
        List: delimitedIndent({ closing: "]", align: false }),
      }),
      foldNodeProp.add({ Body: foldInside, Table: foldInside, List: foldInside }),
    ],
  }),
  languageData: {
    commentTokens: { line: "#", block: { open: "/*", close: "*/" } },
    closeBrackets: { brackets: ["(", "[", "{", '"', "`"] },
    indentOnInput: /^\s*[\]})]$/,
  },
});

/** Colours are custom properties, so that they follow the theme. */
const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--code-block)", fontWeight: "600" },
  { tag: tags.labelName, color: "var(--code-label)", fontWeight: "600" },
  { tag: tags.propertyName, color: "var(--code-key)" },
  { tag: tags.string, color: "var(--code-string)" },
  { tag: tags.special(tags.string), color: "var(--code-pattern)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: tags.function(tags.variableName), color: "var(--code-block)" },
  { tag: [tags.lineComment, tags.blockComment], color: "var(--code-comment)" },
  { tag: [tags.definitionOperator, tags.brace, tags.squareBracket, tags.paren, tags.separator], color: "var(--muted)" },
]);

export function acl(): LanguageSupport {
  return new LanguageSupport(aclLanguage, [syntaxHighlighting(colours)]);
}
