# policy.acl in Rego. `opa build -t wasm -e sentry/block policy.rego` (OPA 1.10.0) makes policy.wasm of it.
package sentry

default block := false

block if {
	input.kind in {"FileAccess", "FileDelete"}
	startswith(input.subject, "/home/dev/app/data/customers/")
}

block if {
	input.kind in {"FileAccess", "FileDelete"}
	endswith(input.subject, ".pem")
}

block if {
	input.kind == "Dns"
	input.subject == "paste.example"
}

block if {
	input.kind == "Dns"
	endswith(input.subject, ".paste.example")
}

block if {
	input.kind == "Egress"
	startswith(input.subject, "203.0.113.")
}
