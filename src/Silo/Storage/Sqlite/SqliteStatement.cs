using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Silo.Storage.Sqlite;

/// <summary>
/// One prepared statement. It speaks to SQLite itself: a provider's command finds each parameter by its name and makes objects for each row, which costs more
/// than what SQLite does for a small write.
/// </summary>
internal sealed class SqliteStatement : IDisposable
{
    /// <summary>Text up to so many characters is converted on the stack.</summary>
    private const int ShortText = 256;

    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    /// <summary>Where SQLite has $1, $2, …: it numbers parameters as they come in the text.</summary>
    private readonly int[] _places;

    public SqliteStatement(sqlite3 database, string sql)
    {
        _database = database;
        Check(raw.sqlite3_prepare_v2(database, sql, out _statement));
        _places = new int[raw.sqlite3_bind_parameter_count(_statement)];
        for (var place = 1; place <= _places.Length; place++)
            _places[int.Parse(raw.sqlite3_bind_parameter_name(_statement, place).utf8_to_string().AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture) - 1] = place;
    }

    public void Bind(ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var place = _places[i];
            Check(values[i] switch
            {
                null => raw.sqlite3_bind_null(_statement, place),
                long number => raw.sqlite3_bind_int64(_statement, place, number),
                string text => BindText(place, text),
                byte[] { Length: 0 } => raw.sqlite3_bind_zeroblob(_statement, place, 0),
                byte[] bytes => raw.sqlite3_bind_blob(_statement, place, bytes),
                var other => throw new ArgumentException($"A {other.GetType()} is not stored.", nameof(values)),
            });
        }
    }

    /// <summary>True: there is a row.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(_statement);
        if (code is raw.SQLITE_ROW or raw.SQLITE_DONE)
            return code == raw.SQLITE_ROW;

        // Before it is reset, which forgets why.
        var error = ErrorOf(code);
        Reset();
        throw error;
    }

    /// <summary>Ready for the next time. What went wrong before has been thrown before.</summary>
    public void Reset()
    {
        _ = raw.sqlite3_reset(_statement);
        _ = raw.sqlite3_clear_bindings(_statement);
    }

    public bool IsNull(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL;

    public long Int64(int column) => raw.sqlite3_column_int64(_statement, column);

    public string Text(int column) => raw.sqlite3_column_text(_statement, column).utf8_to_string();

    public byte[] Bytes(int column) => raw.sqlite3_column_blob(_statement, column).ToArray();

    public void Dispose() => _statement.Dispose();

    private int BindText(int place, string text)
    {
        if (text.Length > ShortText)
            return raw.sqlite3_bind_text(_statement, place, Encoding.UTF8.GetBytes(text));

        Span<byte> bytes = stackalloc byte[ShortText * 3];
        return raw.sqlite3_bind_text(_statement, place, bytes[..Encoding.UTF8.GetBytes(text, bytes)]);
    }

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
            throw ErrorOf(code);
    }

    private SqliteException ErrorOf(int code) => new($"SQLite Error {code}: '{raw.sqlite3_errmsg(_database).utf8_to_string()}'.", code, raw.sqlite3_extended_errcode(_database));
}
