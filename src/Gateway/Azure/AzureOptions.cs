namespace Gateway.Azure;

/// <summary>The section "Azure": which scale sets belong to which pool, and what may be done to them. Without scale sets nothing of it runs.</summary>
internal sealed class AzureOptions
{
    public const string Section = "Azure";

    /// <summary>Resource Manager of the cloud that is meant. https://management.azure.com.</summary>
    public string Endpoint { get; set; } = "https://management.azure.com/";

    /// <summary>The client id of the managed identity or workload identity; none: what the environment names (AZURE_CLIENT_ID).</summary>
    public string? ClientId { get; set; }

    /// <summary>By the pool's name.</summary>
    public Dictionary<string, AzurePool> Pools { get; set; } = [];

    /// <summary>In the order in which they are to be taken: size, zone, region, spot or on-demand.</summary>
    public List<AzureScaleSet> ScaleSets { get; set; } = [];

    public ScaleSetOptions Reconcile { get; set; } = new();

    public AzureHookOptions Hooks { get; set; } = new();
}

/// <summary>What an operator allows and wants of one pool's capacity.</summary>
internal sealed class AzurePool
{
    /// <summary>Plans are made and told, and nothing is done. Off.</summary>
    public bool DryRun { get; set; }

    /// <summary>Machines in all of its sets. 10,000.</summary>
    public int MaxMachines { get; set; } = 10_000;

    /// <summary>What all of its machines together may cost an hour, in the unit of the sets' prices. None.</summary>
    public decimal? MaxCostPerHour { get; set; }

    /// <summary>Machines that are returned within ten minutes. 100.</summary>
    public int MaxDeletionsPerTenMinutes { get; set; } = 100;

    /// <summary>A node that has been idle for so long is returned. 10 min.</summary>
    public TimeSpan IdleAfter { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Machines that were bought for a gang are its own for so long, from when the first of them was seen. 30 min.</summary>
    public TimeSpan KeepForGang { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>A gang that cannot be completed for so long gives its machines up. 5 min.</summary>
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Machines with work are kept from being chosen by whoever else lowers a set's capacity, such as Azure's autoscale. On.</summary>
    public bool Protect { get; set; } = true;

    /// <summary>A machine that has joined and takes no work for so long (it failed preflight, or is not ready) is returned, and another comes if it is needed. 0: never. 30 min.</summary>
    public TimeSpan ReplaceAfter { get; set; } = TimeSpan.FromMinutes(30);

    public List<AzureWarmRule> Warm { get; set; } = [];
}

/// <summary>So many idle machines are kept ready, at all times or at known hours (UTC).</summary>
internal sealed class AzureWarmRule
{
    public int Machines { get; set; }

    public string? GpuModel { get; set; }

    public string? Tenant { get; set; }

    /// <summary>"Monday" and so on. All.</summary>
    public List<DayOfWeek> Days { get; set; } = [];

    public TimeOnly From { get; set; }

    /// <summary>The same as <see cref="From"/>: all day.</summary>
    public TimeOnly To { get; set; }
}

/// <summary>One scale set and its machines.</summary>
internal sealed class AzureScaleSet
{
    /// <summary>/subscriptions/…/resourceGroups/…/providers/Microsoft.Compute/virtualMachineScaleSets/….</summary>
    public string Id { get; set; } = "";

    public string Pool { get; set; } = "";

    /// <summary>Never more machines than this. An InfiniBand set: 100.</summary>
    public int Ceiling { get; set; }

    /// <summary>The size, "Standard_ND96isr_H100_v5".</summary>
    public string Sku { get; set; } = "";

    public string Location { get; set; } = "";

    /// <summary>The zone, where the set is in one.</summary>
    public string? Zone { get; set; }

    public bool Spot { get; set; }

    public decimal PricePerHour { get; set; }

    /// <summary>The name of the size's quota in the usages of the region, "standardNDISRH100V5Family"; none: only the cores of the region are looked at.</summary>
    public string? QuotaFamily { get; set; }

    /// <summary>What the quota counts of one machine. 0: quota is not looked at before Azure refuses.</summary>
    public int Cores { get; set; }

    /// <summary>It is one placement group, as InfiniBand needs it: 100 machines at most. Off.</summary>
    public bool SinglePlacementGroup { get; set; }

    /// <summary>The network block of its nodes, as their labels will say it. The set's name.</summary>
    public string? Block { get; set; }

    /// <summary>Machines in one rack. 64.</summary>
    public int RackSize { get; set; } = 64;

    /// <summary>Nodes of each rack that are kept as spares. 0.</summary>
    public int Spares { get; set; }

    /// <summary>Only whole racks are bought. Off.</summary>
    public bool CompleteRacks { get; set; }

    /// <summary>So many more are bought than are needed, as a part of them. 0.</summary>
    public double OverProvision { get; set; }

    public AzureNode Node { get; set; } = new();
}

/// <summary>A node as it will join: what a gang is held against before there is one.</summary>
internal sealed class AzureNode
{
    public int Gpus { get; set; }

    public string GpuModel { get; set; } = "";

    public long CpuMilli { get; set; }

    public long MemoryMiB { get; set; }

    public Dictionary<string, string> Labels { get; set; } = [];

    public Dictionary<string, string> Taints { get; set; } = [];

    /// <summary>What a node offers beside these, by name, as Kubernetes writes amounts: "rdma/hca": "8", "ephemeral-storage": "400Gi".</summary>
    public Dictionary<string, string> Extended { get; set; } = [];

    /// <summary>Whose workers may come here; none: everybody's.</summary>
    public List<string> Tenants { get; set; } = [];
}
