" The colours of policies of a3s-sentry.
if exists('b:current_syntax')
  finish
endif

syntax match aclName /\<[[:alpha:]_][[:alnum:]_-]*/
syntax match aclBlock /\<[[:alpha:]_][[:alnum:]_-]*\ze\s*["'`{]/
syntax match aclKey /\<[[:alpha:]_][[:alnum:]_-]*\ze\s*[=:]/
syntax match aclFunction /\<[[:alpha:]_][[:alnum:]_-]*\ze\s*(/
syntax keyword aclConstant true false null
syntax match aclNumber /-\?\<\d\+\%(\.\d*\)\?\%([eE][+-]\?\d\+\)\?\>/
syntax match aclEscape /\\\%([\\"nrt0]\|u\x\{4}\|u{\x\{1,6}}\)/ contained
syntax region aclString start=/"/ skip=/\\./ end=/"/ oneline contains=aclEscape
syntax region aclString start=/'/ skip=/\\'/ end=/'/ oneline
syntax region aclString start=/`/ end=/`/
syntax region aclString start=/<<\z([[:alpha:]_][[:alnum:]_-]*\)\s*$/ end=/^\s*\z1\s*$/
syntax match aclComment /#.*$/
syntax match aclComment /\/\/.*$/
syntax region aclComment start=/\/\*/ end=/\*\//

highlight default link aclBlock Keyword
highlight default link aclKey Identifier
highlight default link aclFunction Function
highlight default link aclConstant Boolean
highlight default link aclNumber Number
highlight default link aclString String
highlight default link aclEscape SpecialChar
highlight default link aclComment Comment

let b:current_syntax = 'acl'
