use flate2::Crc;

/// The first bytes of every PNG file.
pub const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Bytes of a chunk around its data: length, type and checksum.
const FRAME: usize = 12;

/// A chunk of a PNG file.
#[derive(Debug)]
pub struct Chunk<'a> {
    /// The chunk's type.
    pub kind: [u8; 4],
    pub data: &'a [u8],
    /// The whole chunk, as in the file.
    pub bytes: &'a [u8],
}

impl<'a> Chunk<'a> {
    /// Offset of the data in a chunk, after length and type.
    pub const DATA_OFFSET: usize = 8;

    /// Splits the first chunk off a file.
    pub fn split(file: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (length, framed) = file.split_first_chunk()?;
        let (kind, data) = framed.split_first_chunk()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (bytes, rest) = file.split_at_checked(FRAME.checked_add(length)?)?;
        Some((Self { kind: *kind, data: data.get(..length)?, bytes }, rest))
    }
}

/// Appends a chunk to a file.
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
