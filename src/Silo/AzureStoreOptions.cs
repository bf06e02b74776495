namespace Silo;

/// <summary>Where the Azure Storage store is. Configuration section "Silo:Azure".</summary>
public sealed class AzureStoreOptions
{
    /// <summary>https://ACCOUNT.blob.core.windows.net: used with the process's own identity (workload identity, managed identity).</summary>
    public Uri? BlobEndpoint { get; set; }

    /// <summary>https://ACCOUNT.table.core.windows.net.</summary>
    public Uri? TableEndpoint { get; set; }

    /// <summary>A managed identity's client id, where the machine has several.</summary>
    public string? ClientId { get; set; }

    /// <summary>A file with a connection string, instead of the endpoints: for accounts with keys, and for Azurite.</summary>
    public string? ConnectionStringFile { get; set; }

    /// <summary>The container of records and journals; made when it is missing. Default "scheduler".</summary>
    public string Container { get; set; } = "scheduler";

    /// <summary>The table of jobs; made when it is missing. Default "scheduler".</summary>
    public string Table { get; set; } = "scheduler";

    /// <summary>A request that takes longer has an unknown outcome. 1 s – 5 min. Default 15 s.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a write waits for storage that is away before it fails. 0 – 5 min. Default 10 s.</summary>
    public TimeSpan ReconnectFor { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a start waits for the storage. 0 – 1 h. Default 1 min.</summary>
    public TimeSpan StartWithin { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Everything that is wrong with it, each with what to set.</summary>
    internal IEnumerable<string> Errors()
    {
        if (ConnectionStringFile is null && (!IsEndpoint(BlobEndpoint) || !IsEndpoint(TableEndpoint)))
            yield return "Silo:Azure:BlobEndpoint and Silo:Azure:TableEndpoint are https addresses (https://ACCOUNT.blob.core.windows.net), or Silo:Azure:ConnectionStringFile names a file.";
        if (Container is not { Length: >= 3 and <= 63 } || !Container.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
            yield return $"Silo:Azure:Container is \"{Container}\"; it is 3 to 63 of a–z, 0–9 and -.";
        if (Table is not { Length: >= 3 and <= 63 } || !Table.All(char.IsAsciiLetterOrDigit) || char.IsAsciiDigit(Table[0]))
            yield return $"Silo:Azure:Table is \"{Table}\"; it is 3 to 63 letters and digits, and begins with a letter.";
        if (RequestTimeout < TimeSpan.FromSeconds(1) || RequestTimeout > TimeSpan.FromMinutes(5))
            yield return $"Silo:Azure:RequestTimeout is {RequestTimeout}; it is from 1 second to 5 minutes.";
        if (ReconnectFor < TimeSpan.Zero || ReconnectFor > TimeSpan.FromMinutes(5))
            yield return $"Silo:Azure:ReconnectFor is {ReconnectFor}; it is up to 5 minutes.";
        if (StartWithin < TimeSpan.Zero || StartWithin > TimeSpan.FromHours(1))
            yield return $"Silo:Azure:StartWithin is {StartWithin}; it is up to 1 hour.";
    }

    private static bool IsEndpoint(Uri? uri) => uri is { IsAbsoluteUri: true, Scheme: "https" };
}
