//! What is done to a picture.

/// How a picture is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Bytes of the picture's data are replaced and sorted, whatever becomes of it.
    Bytes,
    /// A color is moved against the others; in a JPEG, which has no such colors, it becomes stronger.
    Channels,
    /// Parts of the picture are moved.
    Blocks,
    /// Pixels are sorted by their brightness; in a JPEG, longer runs of data are sorted.
    Sort,
}

impl Effect {
    /// All effects.
    pub const ALL: [Self; 4] = [Self::Bytes, Self::Channels, Self::Blocks, Self::Sort];

    /// Returns the effect with a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|effect| effect.name() == name)
    }

    /// Returns the name of the effect.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Channels => "channels",
            Self::Blocks => "blocks",
            Self::Sort => "sort",
        }
    }
}
