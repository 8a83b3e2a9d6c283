#![allow(clippy::unwrap_used)]

use super::*;

fn of(block: Block) -> Document {
    Document { title: "T".to_owned(), lead: "L".to_owned(), sections: vec![Section::new("S", vec![block])] }
}

/// Text that would be markup somewhere.
const HOSTILE: &str =
    "<script>alert(1)</script> **b** _i_ [x](javascript:y) | ![](z) `c` # h <!channel> https://evil.example";

#[test]
fn nothing_in_a_text_becomes_markup_of_the_page() {
    let rows = vec![vec![HOSTILE.to_owned()]];
    for block in [
        Block::Text(HOSTILE.to_owned()),
        Block::Facts(vec![(HOSTILE.to_owned(), Inline::text(HOSTILE))]),
        Block::List(vec![HOSTILE.to_owned()]),
        Block::Command(HOSTILE.to_owned()),
        Block::Table { head: vec!["\"><b>"], rows },
        Block::Timeline(vec![Moment {
            time: HOSTILE.to_owned(),
            after: HOSTILE.to_owned(),
            what: "<i>",
            detail: HOSTILE.to_owned(),
        }]),
    ] {
        let page = Document { title: HOSTILE.to_owned(), lead: HOSTILE.to_owned(), ..of(block) }.html();
        for tag in ["<script", "<!channel", "<i>", "<b>b", "\"><b>", "href"] {
            assert!(!page.contains(tag), "{tag} in {page}");
        }
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    }
}

#[test]
fn nothing_in_a_text_becomes_markup_of_markdown() {
    let told =
        of(Block::List(vec![HOSTILE.to_owned(), "- nested".to_owned(), "+ nested".to_owned(), "1. first".to_owned()]))
            .markdown();
    assert!(told.contains(
        "- \\<script\\>alert(1)\\</script\\> \\*\\*b\\*\\* \\_i\\_ \\[x\\](javascript:y) \\| \\!\\[\\](z) \\`c\\` \\# h \
         \\<\\!channel\\> https\\://evil.example\n- \\- nested\n- \\+ nested\n- 1\\. first\n"
    ), "{told}");
}

#[test]
fn a_command_cannot_leave_its_block() {
    let told = of(Block::Command("echo ```\n# heading".to_owned())).markdown();
    assert!(told.ends_with("\n````sh\necho ```\\n# heading\n````\n"), "{told}");
}

#[test]
fn only_an_https_address_without_tricks_can_be_followed() {
    let page = |url: &str| of(Block::Facts(vec![("Runbook".to_owned(), Inline::Link(url.to_owned()))]));
    let good = page("https://runbooks.example.com/web?a=1&b=2");
    assert!(good.html().contains("<a href=\"https://runbooks.example.com/web?a=1&amp;b=2\" rel=\"noreferrer\">"));
    assert!(good.markdown().contains("<https://runbooks.example.com/web?a=1&b=2>"));
    for bad in ["javascript:alert(1)", "http://x", "https://x\" onclick=\"y", "https://x y", "https://x/<b>"] {
        assert!(!page(bad).html().contains("<a "), "{bad}");
        assert!(!page(bad).markdown().contains(&format!("<{bad}>")), "{bad}");
    }
}

#[test]
fn what_hides_or_reorders_text_is_spelled_out_in_both() {
    let document = of(Block::Text("a\u{202e}b\u{200b}\n\u{7}".to_owned()));
    for told in [document.html(), document.markdown()] {
        assert!(told.contains("u{202e}") && !told.contains('\u{202e}') && !told.contains('\u{7}'), "{told}");
    }
}

#[test]
fn the_page_needs_nothing_else() {
    let page = of(Block::Text("x".to_owned())).html();
    for outside in ["src=", "<link", "url(", "@import", "http:"] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.contains("default-src 'none'") && page.contains("width=device-width"));
}
