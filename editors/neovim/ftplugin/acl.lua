-- Settings of policies of a3s-sentry.
vim.bo.commentstring = '# %s'
vim.bo.shiftwidth = 2
vim.bo.expandtab = true
