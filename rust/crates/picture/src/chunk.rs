use flate2::Crc;

/// The first bytes of every PNG file.
pub const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Length, type and checksum: what a chunk has around its data.
const FRAME: usize = 12;

/// A chunk of a PNG file.
#[derive(Debug)]
pub struct Chunk<'a> {
    /// Its type.
    pub kind: [u8; 4],
    /// What is in it.
    pub data: &'a [u8],
    /// All of it, as it is in the file.
    pub bytes: &'a [u8],
}

impl<'a> Chunk<'a> {
    /// Where in a chunk its data starts, behind length and type.
    pub const DATA_OFFSET: usize = 8;

    /// The chunk that a file goes on with, and what follows it.
    pub fn split(file: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (length, framed) = file.split_first_chunk()?;
        let (kind, data) = framed.split_first_chunk()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (bytes, rest) = file.split_at_checked(FRAME.checked_add(length)?)?;
        Some((Self { kind: *kind, data: data.get(..length)?, bytes }, rest))
    }
}

/// Append a chunk.
#[expect(clippy::cast_possible_truncation, reason = "no function has the memory for 4 GiB of data")]
pub fn write(kind: [u8; 4], data: &[u8], file: &mut Vec<u8>) {
    let mut crc = Crc::new();
    crc.update(&kind);
    crc.update(data);
    file.extend((data.len() as u32).to_be_bytes());
    file.extend(kind);
    file.extend(data);
    file.extend(crc.sum().to_be_bytes());
}
