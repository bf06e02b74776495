namespace Silo;

/// <summary>Where the PostgreSQL store is. Configuration section "Silo:Postgres".</summary>
public sealed class PostgresOptions
{
    /// <summary>Npgsql's connection string, without a password: "Host=…;Database=…;Username=…;SSL Mode=VerifyFull".</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>A file with the password, read again for each new connection, so that it can be exchanged; null: none is needed.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>The schema that holds the tables; made when it is missing. Default "scheduler".</summary>
    public string Schema { get; set; } = "scheduler";

    /// <summary>Connections that read. 1–256. Default 8. One more writes.</summary>
    public int ReadConnections { get; set; } = 8;

    /// <summary>A statement that takes longer has an unknown outcome. 1 s – 5 min. Default 10 s.</summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a write waits for a database that is away before it fails. 0 – 5 min. Default 10 s.</summary>
    public TimeSpan ReconnectFor { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a start waits for the database. 0 – 1 h. Default 1 min.</summary>
    public TimeSpan StartWithin { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Everything that is wrong with it, each with what to set.</summary>
    internal IEnumerable<string> Errors()
    {
        if (string.IsNullOrWhiteSpace(ConnectionString))
            yield return "Silo:Postgres:ConnectionString is empty; the store \"Postgres\" needs one.";
        else if (Flaw() is { } flaw)
            yield return $"Silo:Postgres:ConnectionString {flaw}";
        if (Schema is not { Length: > 0 and <= 63 } || !Schema.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '_') || char.IsDigit(Schema[0]))
            yield return $"Silo:Postgres:Schema is \"{Schema}\"; it is 1 to 63 of a–z, 0–9 and _, and does not begin with a digit.";
        if (ReadConnections is < 1 or > 256)
            yield return $"Silo:Postgres:ReadConnections is {ReadConnections}; it is from 1 to 256.";
        if (CommandTimeout < TimeSpan.FromSeconds(1) || CommandTimeout > TimeSpan.FromMinutes(5))
            yield return $"Silo:Postgres:CommandTimeout is {CommandTimeout}; it is from 1 second to 5 minutes.";
        if (ReconnectFor < TimeSpan.Zero || ReconnectFor > TimeSpan.FromMinutes(5))
            yield return $"Silo:Postgres:ReconnectFor is {ReconnectFor}; it is up to 5 minutes.";
        if (StartWithin < TimeSpan.Zero || StartWithin > TimeSpan.FromHours(1))
            yield return $"Silo:Postgres:StartWithin is {StartWithin}; it is up to 1 hour.";
    }

    /// <summary>Never quotes the text: it may hold what does not belong there.</summary>
    private string? Flaw()
    {
        try
        {
            var parsed = new Npgsql.NpgsqlConnectionStringBuilder(ConnectionString);
            return parsed.Password is { Length: > 0 } ? "holds a password: put it into a file, and the file's path into Silo:Postgres:PasswordFile."
                : string.IsNullOrEmpty(parsed.Host) ? "names no Host."
                : null;
        }
        catch (ArgumentException)
        {
            return "is none: write it as \"Host=…;Database=…;Username=…\".";
        }
    }
}
