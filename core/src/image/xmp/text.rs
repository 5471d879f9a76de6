//! The tags of an XML text, one by one.

/// One attribute; `source` is all of it as it stands.
#[derive(Debug)]
pub(super) struct Attribute<'a> {
    pub name: &'a str,
    pub value: &'a str,
    pub source: &'a str,
}

/// An opening tag.
#[derive(Debug)]
pub(super) struct Tag<'a> {
    pub name: &'a str,
    pub attributes: Vec<Attribute<'a>>,
    /// Whether it closes itself.
    pub empty: bool,
    /// Where it begins.
    pub start: usize,
}

/// What comes next.
#[derive(Debug)]
pub(super) enum Event<'a> {
    Open(Tag<'a>),
    Close(&'a str),
}

/// Reads a text from tag to tag.
pub(super) struct Text<'a> {
    whole: &'a str,
    at: usize,
}

impl<'a> Text<'a> {
    pub fn new(whole: &'a str) -> Self {
        Text { whole, at: 0 }
    }

    /// What was read since `start`.
    pub fn since(&self, start: usize) -> Option<&'a str> {
        self.whole.get(start..self.at)
    }

    /// The next tag; `None` inside is the end, `None` outside is text that is no XML for us.
    pub fn next(&mut self) -> Option<Option<Event<'a>>> {
        loop {
            let Some(skipped) = self.rest().find('<') else { return Some(None) };
            self.at += skipped;
            let rest = self.rest();
            if rest.starts_with("<!--") {
                self.skip_behind("-->")?;
            } else if rest.starts_with("<![CDATA[") {
                self.skip_behind("]]>")?;
            } else if rest.starts_with("<?") {
                self.skip_behind("?>")?;
            } else if rest.starts_with("<!") {
                // A document type could define entities.
                return None;
            } else if rest.starts_with("</") {
                let inner = self.tag(2)?;
                return Some(Some(Event::Close(inner.trim_end())));
            } else {
                return self.opening().map(|tag| Some(Event::Open(tag)));
            }
        }
    }

    fn rest(&self) -> &'a str {
        &self.whole[self.at..]
    }

    fn skip_behind(&mut self, end: &str) -> Option<()> {
        self.at += self.rest().find(end)? + end.len();
        Some(())
    }

    /// What stands between `skip` characters and the `>` of a tag without attributes.
    fn tag(&mut self, skip: usize) -> Option<&'a str> {
        let rest = self.rest();
        let end = rest.find('>')?;
        self.at += end + 1;
        rest.get(skip..end)
    }

    fn opening(&mut self) -> Option<Tag<'a>> {
        let start = self.at;
        self.at += 1;
        let name = self.word()?;
        let mut attributes = Vec::new();
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with("/>") {
                self.at += 2;
                return Some(Tag { name, attributes, empty: true, start });
            }
            if trimmed.starts_with('>') {
                self.at += 1;
                return Some(Tag { name, attributes, empty: false, start });
            }
            attributes.push(self.attribute()?);
        }
    }

    fn word(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let end = rest.find(|c: char| c.is_whitespace() || "=/><\"'&".contains(c))?;
        self.at += end;
        (end > 0).then(|| &rest[..end])
    }

    fn attribute(&mut self) -> Option<Attribute<'a>> {
        let start = self.at;
        let name = self.word()?;
        let rest = self.rest();
        let behind = rest.trim_start().strip_prefix('=')?.trim_start();
        let quote = behind.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let behind = &behind[1..];
        let value = &behind[..behind.find(quote)?];
        if value.contains('<') {
            return None;
        }
        self.at += rest.len() - behind.len() + value.len() + 1;
        Some(Attribute { name, value, source: self.since(start)? })
    }
}
