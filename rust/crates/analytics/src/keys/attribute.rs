//! Names of attributes.

/// Partition key of views and totals.
pub const PATH: &str = "Path";
/// Sort key of views and totals.
pub const SECTION: &str = "Section";
/// Second after which DynamoDB deletes the item, in any table.
pub const EXPIRES: &str = "Expires";

/// Page of a view.
pub const PAGE: &str = "Page";
/// Page of a view that counts as `(other)`.
pub const REAL_PAGE: &str = "RealPage";
/// Visitor of a view.
pub const VISITOR: &str = "Visitor";
/// Referrer of a view.
pub const REFERRER: &str = "Referrer";
/// Campaign of a view.
pub const CAMPAIGN: &str = "Campaign";
/// `utm_` parameters of a view.
pub const UTM: &str = "Utm";
/// Browser of a view.
pub const BROWSER: &str = "Browser";
/// Version of the browser of a view.
pub const VERSION: &str = "BrowserVersion";
/// Operating system of a view.
pub const SYSTEM: &str = "System";
/// Class of device of a view.
pub const DEVICE: &str = "Device";
/// Bot of a view.
pub const BOT: &str = "Bot";
/// Country of a view.
pub const COUNTRY: &str = "Country";
/// API Gateway's id of the request that a view or a leave comes from.
pub const REQUEST: &str = "Request";
/// Present once the view is in the totals.
pub const COUNTED: &str = "Counted";
/// Duration of a leave in milliseconds; of a view, the duration that is in the totals.
pub const DURATION_MS: &str = "DurationMs";
/// Scroll depth of a leave; of a view, the one that is in the totals.
pub const SCROLL: &str = "Scroll";

/// Start of the names of a sketch's registers; the number follows.
pub const REGISTER: &str = "R";
/// Day on which a sketch begins.
pub const SINCE: &str = "Since";

/// Why a record is in quarantine.
pub const REASON: &str = "Reason";
/// The record in quarantine, as JSON.
pub const RECORD: &str = "Record";

/// Key of the state table.
pub const NAME: &str = "Name";
/// Key of the accounts table: a user's name.
pub const USER: &str = "User";
/// Argon2id hash of a user's password, in PHC string format.
pub const PASSWORD_HASH: &str = "PasswordHash";
/// Session keys of the stack, the one that encrypts first.
pub const KEYS: &str = "Keys";
/// Secret of a bucket, from which its visitors' identities are derived.
pub const SECRET: &str = "Secret";
/// Bucket of a secret.
pub const BUCKET: &str = "Bucket";
/// Number of values that a source has added.
pub const COUNT: &str = "Count";
/// Known values of a day.
pub const VALUES: &str = "Values";
/// Attempts to sign in.
pub const ATTEMPTS: &str = "Attempts";
