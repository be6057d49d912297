//! What in a content is no secret that leaves: the key of a provider on its way to that provider,
//! the tokens of forms and pages, and a session's own token in the header for it.

use memchr::memmem;

/// Providers, one a line: names, domains with all below them, what their keys begin with, and the
/// headers and parameters that carry one.
const VENDORS: &str = "\
anthropic claude|anthropic.com claude.ai claude.com|sk-ant-|x-api-key
openai chatgpt|openai.com chatgpt.com|sk- sk-proj- sk-svcacct- sk-admin-|
azure azureopenai|openai.azure.com cognitiveservices.azure.com services.ai.azure.com search.windows.net||api-key subscription-key
google gemini vertex vertexai googlevertex|googleapis.com google.com|AIza ya29. GOCSPX- 1//0|x-goog-api-key
bedrock aws amazon awsbedrock amazonbedrock|amazonaws.com amazonaws.com.cn amazonaws.eu|AKIA ASIA ABSK bedrock-api-key-|x-amz-security-token
github copilot githubcopilot|github.com githubusercontent.com githubcopilot.com ghe.com|ghp_ gho_ ghu_ ghs_ ghr_ github_pat_|
gitlab|gitlab.com|glpat- gldt- glrt- glcbt- glptt-|private-token job-token
mistral|mistral.ai||x-api-key
cohere|cohere.com cohere.ai||x-api-key
groq|groq.com|gsk_|
xai grok|x.ai|xai-|
perplexity|perplexity.ai|pplx-|
deepseek|deepseek.com|sk-|
moonshot kimi|moonshot.ai moonshot.cn|sk-|
alibaba dashscope qwen|aliyuncs.com|sk- LTAI|
zhipu glm|bigmodel.cn z.ai||
openrouter|openrouter.ai|sk-or-|
huggingface|huggingface.co hf.co hf.space|hf_ api_org_|
replicate|replicate.com|r8_|
together|together.ai together.xyz|tgp_v1_|
fireworks|fireworks.ai|fw_|
nvidia|nvidia.com|nvapi-|
cerebras|cerebras.ai|csk-|
langsmith|langchain.com|lsv2_|x-api-key
pinecone|pinecone.io|pcsk_|api-key
tavily|tavily.com|tvly-|
jina|jina.ai|jina_|
elevenlabs|elevenlabs.io|sk_|xi-api-key
brave|brave.com||x-subscription-token
npm|npmjs.org npmjs.com|npm_|
pypi|pypi.org|pypi-|
docker|docker.com docker.io|dckr_|
stripe|stripe.com|sk_live_ rk_live_ sk_test_ rk_test_ pk_live_ whsec_|
slack|slack.com|xox|
sendgrid|sendgrid.com|SG.|
notion|notion.com|ntn_ secret_|
linear|linear.app|lin_|
figma|figma.com|figd_ figu_|x-figma-token
atlassian|atlassian.com atlassian.net|ATATT3 ATCTT3|
digitalocean|digitalocean.com|dop_v1_ doo_v1_|
cloudflare|cloudflare.com||x-auth-key
datadog|datadoghq.com datadoghq.eu||dd-api-key dd-application-key
newrelic|newrelic.com|NRAK-|api-key
supabase|supabase.co supabase.com|sbp_ sb_secret_|
shopify|myshopify.com|shpat_ shpca_|x-shopify-access-token
hashicorp vault|vaultproject.io hashicorp.cloud|hvs.|x-vault-token";

/// Parts of labels of tokens that a page gives to its own forms, or that name a page of a list.
const PAGE_TOKENS: [&str; 8] = [
    "csrf",
    "xsrf",
    "authenticity_token",
    "requestverificationtoken",
    "page_token",
    "pagetoken",
    "continuation",
    "sync_token",
];

/// Headers whose JSON Web Token is that of the session itself.
const SESSION_HEADERS: [&str; 4] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
];

/// A line of [`VENDORS`].
#[derive(Clone, Copy)]
struct Vendor {
    names: &'static str,
    domains: &'static str,
    prefixes: &'static str,
    labels: &'static str,
}

fn vendors() -> impl Iterator<Item = Vendor> {
    VENDORS.lines().map(|line| {
        let mut parts = line.split('|');
        let mut part = || parts.next().unwrap_or_default();
        Vendor {
            names: part(),
            domains: part(),
            prefixes: part(),
            labels: part(),
        }
    })
}

impl Vendor {
    fn has_domain(&self, host: &str) -> bool {
        let mut domains = self.domains.split(' ');
        domains.any(|domain| {
            let before = host.strip_suffix(domain);
            before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
        })
    }

    /// Whether a collector means this vendor by the name of a provider.
    fn is_named(&self, provider: &str) -> bool {
        let lower = provider.to_ascii_lowercase();
        let word: String = lower.chars().filter(char::is_ascii_alphanumeric).collect();
        self.names.split(' ').any(|name| name == word) || self.has_domain(&lower)
    }

    /// How many bytes of a key tell that this vendor issued it; 0 if it may not have.
    fn prefix_len(&self, key: &[u8]) -> usize {
        let prefixes = self.prefixes.split_ascii_whitespace();
        let known = prefixes.filter(|prefix| key.starts_with(prefix.as_bytes()));
        known.map(str::len).max().unwrap_or(0)
    }

    /// Whether another vendor issued a key.
    fn is_foreign(&self, key: &[u8]) -> bool {
        let own = self.prefix_len(key);
        vendors().any(|other| other.prefix_len(key) > own)
    }
}

/// Where a content goes.
pub(super) struct Destination {
    /// The vendors that run it.
    vendors: Vec<Vendor>,
}

impl Destination {
    /// The destination that the collector observed. The request's own `Host`, which it chooses
    /// itself, decides only where nothing was observed, and must not contradict it.
    pub(super) fn of(content: &str, provider: Option<&str>) -> Self {
        let mut hosts = headers(content)
            .filter(|(name, _)| *name == "host" || *name == ":authority")
            .map(|(_, value)| value);
        let host = hosts.next().map(|host| {
            let name = host.split(':').next().unwrap_or_default();
            name.trim_end_matches('.').to_ascii_lowercase()
        });
        let is_clear = hosts.next().is_none() && (host.is_some() || provider.is_some());
        let is_there = |vendor: &Vendor| {
            provider.is_none_or(|provider| vendor.is_named(provider))
                && host.as_ref().is_none_or(|host| vendor.has_domain(host))
        };
        let vendors = vendors().filter(|vendor| is_clear && is_there(vendor));
        Self {
            vendors: vendors.collect(),
        }
    }

    /// The text with stars in place of what is no secret that leaves.
    pub(super) fn without_harmless(&self, text: &str) -> String {
        let mut blanked = Blanked {
            lower: text.to_ascii_lowercase(),
            text,
            out: text.as_bytes().to_vec(),
        };
        for label in PAGE_TOKENS {
            blanked.labelled(label, |value| {
                vendors().all(|one| one.prefix_len(value) == 0)
            });
        }
        for vendor in &self.vendors {
            for label in vendor.labels.split_ascii_whitespace() {
                blanked.labelled(label, |value| !vendor.is_foreign(value));
            }
            for prefix in vendor.prefixes.split_ascii_whitespace() {
                blanked.keys(prefix, |key| !vendor.is_foreign(key));
            }
        }
        blanked.session_tokens();
        String::from_utf8_lossy(&blanked.out).into_owned()
    }
}

/// The names, in small letters, and the values of the headers of the request or response that a
/// content begins with.
fn headers(content: &str) -> impl Iterator<Item = (String, &str)> {
    let first = content.lines().next().unwrap_or_default();
    let is_head = first.contains(" HTTP/") || first.starts_with("HTTP/");
    let lines = content.lines().skip(1).take_while(|line| !line.is_empty());
    lines.filter(move |_| is_head).filter_map(|line| {
        // The name of a pseudo-header begins with a colon.
        let colon = 1 + line.get(1..)?.find(':')?;
        let name = line.get(..colon)?.trim().to_ascii_lowercase();
        Some((name, line.get(colon + 1..)?.trim()))
    })
}

/// A text of which parts are replaced by stars, which no pattern of secrets takes for a value.
struct Blanked<'t> {
    text: &'t str,
    lower: String,
    out: Vec<u8>,
}

impl Blanked<'_> {
    /// Replaces the values behind each label that contains `word`.
    fn labelled(&mut self, word: &str, is_harmless: impl Fn(&[u8]) -> bool) {
        let bytes = self.text.as_bytes();
        for at in memmem::find_iter(self.lower.as_bytes(), word) {
            let skip = |from: usize, is_in: fn(u8) -> bool| run(bytes, from, is_in);
            let label = skip(at + word.len(), |byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
            });
            let sign = skip(label, |byte| matches!(byte, b'"' | b'\'' | b'\\' | b' '));
            if !matches!(bytes.get(sign), Some(b':' | b'=')) {
                continue;
            }
            let start = skip(sign + 1, |byte| matches!(byte, b'"' | b'\'' | b'\\' | b' '));
            blank(bytes, &mut self.out, start, &is_harmless);
        }
    }

    /// Replaces the keys that begin with `prefix`.
    fn keys(&mut self, prefix: &str, is_harmless: impl Fn(&[u8]) -> bool) {
        let bytes = self.text.as_bytes();
        for at in memmem::find_iter(bytes, prefix) {
            let before = at.checked_sub(1).and_then(|before| bytes.get(before));
            if !before.is_some_and(u8::is_ascii_alphanumeric) {
                blank(bytes, &mut self.out, at, &is_harmless);
            }
        }
    }

    /// Replaces JSON Web Tokens in the headers that a session is known by.
    fn session_tokens(&mut self) {
        let text = self.text;
        for (name, value) in headers(text) {
            if !SESSION_HEADERS.contains(&name.as_str()) {
                continue;
            }
            let from = value.as_ptr() as usize - text.as_ptr() as usize;
            for at in memmem::find_iter(value.as_bytes(), "eyJ") {
                blank(text.as_bytes(), &mut self.out, from + at, |_| true);
            }
        }
    }
}

/// Replaces the value that begins at a place, if it is harmless.
fn blank(text: &[u8], out: &mut [u8], start: usize, is_harmless: impl Fn(&[u8]) -> bool) {
    let is_in = |byte: u8| byte.is_ascii_alphanumeric() || b"_-+/=.~%:|".contains(&byte);
    let end = run(text, start, is_in);
    if is_harmless(text.get(start..end).unwrap_or_default()) {
        out.get_mut(start..end).unwrap_or_default().fill(b'*');
    }
}

/// The end of the bytes from a place for which `is_in` holds.
fn run(bytes: &[u8], from: usize, is_in: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    let len = rest.iter().position(|&byte| !is_in(byte));
    from + len.unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(content: &str, provider: Option<&str>) -> String {
        Destination::of(content, provider).without_harmless(content)
    }

    fn request(host: &str, rest: &str) -> String {
        format!("POST /v1 HTTP/1.1\r\nHost: {host}\r\n{rest}")
    }

    #[test]
    fn the_key_of_a_provider_is_harmless_on_its_way_there_only() {
        let key = "sk-ant-api03-Q1w2E3r4T5y6U7i8O9p0";
        for (content, provider, is_harmless) in [
            (
                request("api.anthropic.com", &format!("x-api-key: {key}")),
                None,
                true,
            ),
            (
                request("API.Anthropic.com.:443", &format!("x-api-key: {key}")),
                None,
                true,
            ),
            (request("x.test", &format!("x-api-key: {key}")), None, false),
            (
                request("anthropic.com.x.test", &format!("x-api-key: {key}")),
                None,
                false,
            ),
            (
                request("notanthropic.com", &format!("x-api-key: {key}")),
                None,
                false,
            ),
            (
                request("x.test", &format!("x-api-key: {key}")),
                Some("Anthropic"),
                false,
            ),
            (
                request("api.anthropic.com", &format!("x-api-key: {key}")),
                Some("OpenAI"),
                false,
            ),
            (
                request("api.openai.com", &format!("authorization: Bearer {key}")),
                None,
                false,
            ),
            (format!("{{\"key\":\"{key}\"}}"), Some("Anthropic"), true),
            (
                format!("{{\"key\":\"{key}\"}}"),
                Some("api.anthropic.com"),
                true,
            ),
            (format!("{{\"key\":\"{key}\"}}"), None, false),
            (
                format!("Host: api.anthropic.com\r\nx-api-key: {key}"),
                None,
                false,
            ),
            (
                request(
                    "api.anthropic.com",
                    &format!("Host: x.test\r\nx-api-key: {key}"),
                ),
                None,
                false,
            ),
        ] {
            assert_eq!(
                !cleaned(&content, provider).contains(key),
                is_harmless,
                "{content} {provider:?}"
            );
        }
    }

    #[test]
    fn the_header_of_a_provider_carries_no_key_of_another() {
        let content = request(
            "api.anthropic.com",
            "x-api-key: ghp_1a2B3c\r\nx-api-key: 0a1b2c3d",
        );
        let cleaned = cleaned(&content, None);
        assert!(
            cleaned.contains("ghp_1a2B3c") && !cleaned.contains("0a1b2c3d"),
            "{cleaned}"
        );
    }

    #[test]
    fn tokens_of_pages_and_of_the_session_are_harmless() {
        for content in [
            request("x.test", "X-CSRF-Token: SECRET"),
            r#"{"csrfToken":"SECRET"}"#.to_owned(),
            r#"{\"nextPageToken\": \"SECRET\"}"#.to_owned(),
            "a=1&csrf_token=SECRET&b=2".to_owned(),
            request("x.test", "Authorization: Bearer eyJSECRET"),
            request("x.test", "Cookie: a=b; s=eyJSECRET; c=d"),
        ] {
            assert!(!cleaned(&content, None).contains("SECRET"), "{content}");
        }
        for content in [
            "csrf_token=ghp_SECRET".to_owned(),
            "the csrf token SECRET".to_owned(),
            request("x.test", "\r\nAuthorization: Bearer eyJSECRET"),
            request("x.test", "X-Token: eyJSECRET"),
        ] {
            assert!(cleaned(&content, None).contains("SECRET"), "{content}");
        }
    }
}
