namespace Orleans.Configuration;

/// <summary>Names the cluster. One process needs no names; they are kept for whoever reads them.</summary>
public class ClusterOptions
{
    public string ClusterId { get; set; } = "default";

    public string ServiceId { get; set; } = "default";
}

public abstract class MessagingOptions
{
    /// <summary>How long a caller waits; then the outcome is unknown. Default 30 seconds.</summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A call that timed out while still queued is not run. Default true.</summary>
    public bool DropExpiredMessages { get; set; } = true;
}

public class SiloMessagingOptions : MessagingOptions
{
    /// <summary>Calls queued for one activation; the next is refused with LimitExceededException. 0, the default, is no limit.</summary>
    public int MaxEnqueuedRequestsHardLimit { get; set; }
}

public class ClientMessagingOptions : MessagingOptions;

public class GrainCollectionOptions
{
    /// <summary>An activation idle this long is ended. Default 15 minutes.</summary>
    public TimeSpan CollectionAge { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How often idle activations are looked for. Default 1 minute.</summary>
    public TimeSpan CollectionQuantum { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>By full name of the grain class.</summary>
    public Dictionary<string, TimeSpan> ClassSpecificCollectionAge { get; } = [];

    /// <summary>How long OnActivateAsync may take. Default 30 seconds.</summary>
    public TimeSpan ActivationTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long what runs, and OnDeactivateAsync, may take. Default 30 seconds.</summary>
    public TimeSpan DeactivationTimeout { get; set; } = TimeSpan.FromSeconds(30);
}

public class MemoryGrainStorageOptions;
