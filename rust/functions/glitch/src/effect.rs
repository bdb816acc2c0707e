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
    const ALL: [(&str, Self); 4] =
        [("bytes", Self::Bytes), ("channels", Self::Channels), ("blocks", Self::Blocks), ("sort", Self::Sort)];

    /// The effect with a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find_map(|(own, effect)| (own == name).then_some(effect))
    }
}
