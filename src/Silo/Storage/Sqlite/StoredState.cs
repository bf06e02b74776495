using System.Globalization;

namespace Silo.Storage.Sqlite;

/// <summary>A grain's record, without its body.</summary>
internal sealed record StoredState(long Id, long Version, string? Job)
{
    public string ETag { get; } = Version.ToString(CultureInfo.InvariantCulture);

    public static StoredState? Read(SqliteSession session, string name, string grain)
    {
        using var reader = session.Query("SELECT id, version, job FROM grain_state WHERE grain = $1 AND name = $2", grain, name);
        return reader.Read() ? new StoredState(reader.GetInt64(0), reader.GetInt64(1), reader.IsNull(2) ? null : reader.GetString(2)) : null;
    }
}
