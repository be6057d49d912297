-- Policies of a3s-sentry have the file type `acl`.
vim.filetype.add({ extension = { acl = 'acl' } })
