//! The effects that glitch a picture.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Replaces and sorts bytes of the picture's data.
    Bytes,
    /// Shifts one color against the others; in a JPEG, which does not store such colors, increases the saturation.
    Channels,
    /// Moves parts of the picture.
    Blocks,
    /// Sorts pixels by brightness; in a JPEG, sorts longer runs of data.
    Sort,
}

impl Effect {
    pub const ALL: [Self; 4] = [Self::Bytes, Self::Channels, Self::Blocks, Self::Sort];

    /// Returns the effect with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|effect| effect.name() == name)
    }

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
