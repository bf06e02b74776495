using Grains.Storage;

namespace Silo.Storage.Sqlite;

/// <summary>Looks into what is kept of a journal's past.</summary>
internal static class SqliteHistory
{
    /// <summary>Of a stream, oldest first, without the segment that still grows.</summary>
    public static List<JournalSegment> Segments(SqliteSession session, long stream)
    {
        List<JournalSegment> segments = [];
        using var reader = session.Query("SELECT position, ended, mark, bytes, closed_at FROM journal_segment WHERE stream = $1 ORDER BY position", stream);
        while (reader.Read())
        {
            segments.Add(new JournalSegment(
                reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), new DateTimeOffset(reader.GetInt64(4), TimeSpan.Zero)));
        }

        return segments;
    }

    public static byte[]? Snapshot(SqliteSession session, long stream, long position)
    {
        using var reader = session.Query("SELECT body FROM journal_snapshot WHERE stream = $1 AND position = $2", stream, position);
        return reader.Read() ? reader.GetBytes(0) : null;
    }

    /// <summary>Entries after a position, in order; none when the first of them is no longer kept.</summary>
    public static List<byte[]> Entries(SqliteSession session, long stream, long after, long most)
    {
        List<byte[]> entries = [];
        using var reader = session.Query(
            "SELECT position, body FROM journal_entry WHERE stream = $1 AND position > $2 AND position <= $3 ORDER BY position", stream, after, after + most);
        while (reader.Read())
        {
            // Behind a hole nothing has its place: what was dropped may be half gone.
            if (reader.GetInt64(0) != after + entries.Count + 1)
                return [];
            entries.Add(reader.GetBytes(1));
        }

        return entries;
    }
}
