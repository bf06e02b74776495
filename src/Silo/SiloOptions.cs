namespace Silo;

/// <summary>How a silo runs. Configuration section "Silo".</summary>
public sealed class SiloOptions
{
    public const string Section = "Silo";

    /// <summary>Where the embedded database is; relative to the working directory. Default "data".</summary>
    public string DataFolder { get; set; } = "data";

    /// <summary>What keeps grain records and journals. Default <see cref="StorageKind.Embedded"/>.</summary>
    public StorageKind Storage { get; set; } = StorageKind.Embedded;

    /// <summary>Of <see cref="StorageKind.Postgres"/>: where it is.</summary>
    public PostgresOptions Postgres { get; set; } = new();

    /// <summary>Of <see cref="StorageKind.Azure"/>: where it is.</summary>
    public AzureStoreOptions Azure { get; set; } = new();

    /// <summary>How writes share transactions.</summary>
    public GroupCommitOptions GroupCommit { get; set; } = new();

    /// <summary>Read-only connections to the embedded database. 1–64. Default 4.</summary>
    public int ReadConnections { get; set; } = 4;

    /// <summary>After this a caller gives up a grain call, whose outcome is then unknown. 1 s – 10 min. Default 30 seconds.</summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Where silos talk to each other. Default 11111.</summary>
    public int SiloPort { get; set; } = 11111;

    /// <summary>Where grain clients in other processes connect. Default 30000.</summary>
    public int GatewayPort { get; set; } = 30000;
}
