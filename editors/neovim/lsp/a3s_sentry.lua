-- The language server of a3s-sentry, for `vim.lsp.enable('a3s_sentry')`.
return {
  cmd = { 'a3s-sentry', 'lsp' },
  filetypes = { 'acl' },
  root_markers = { '.git' },
}
