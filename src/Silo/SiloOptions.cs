using Silo.Clustering;

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

    /// <summary>How silos find each other. Default <see cref="ClusteringKind.Embedded"/>: one silo, alone.</summary>
    public ClusteringKind Clustering { get; set; } = ClusteringKind.Embedded;

    /// <summary>Silos and gateways with the same name are one cluster. Default "scheduler".</summary>
    public string ClusterId { get; set; } = "scheduler";

    /// <summary>What this silo is called in logs; null: after its machine.</summary>
    public string? Name { get; set; }

    /// <summary>The IP address on which it listens and others reach it; null: the machine's own.</summary>
    public string? Address { get; set; }

    /// <summary>When a silo counts as dead.</summary>
    public MembershipOptions Membership { get; set; } = new();

    /// <summary>Who may speak to silos. Default: everybody.</summary>
    public TransportOptions Tls { get; set; } = new();

    /// <summary>A silo process that did not work for so long fails its liveness probe. 10 s – 1 h. Default 1 min.</summary>
    public TimeSpan WedgedAfter { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a stop of a silo process may take: its grains go elsewhere, and what they write is written. 1 s – 1 h. Default 25 s.</summary>
    public TimeSpan StopWithin { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>A silo process logs one JSON object a line instead of plain lines. Off.</summary>
    public bool JsonLogs { get; set; }

    /// <summary>Where silos talk to each other. Default 11111.</summary>
    public int SiloPort { get; set; } = 11111;

    /// <summary>Where gateways in other processes connect; 0: nowhere. Default 30000.</summary>
    public int GatewayPort { get; set; } = 30000;
}
