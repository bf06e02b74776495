using Simulation.Outside;

namespace Simulation;

/// <summary>What can go wrong by itself. A scenario without a kind is the same scenario, but for that.</summary>
[Flags]
internal enum FaultKinds
{
    None = 0,
    Loss = 1,
    Duplication = 2,

    /// <summary>Messages are late, and so overtake each other further.</summary>
    Delay = 4,

    /// <summary>Storage refuses, and has written nothing.</summary>
    StorageBefore = 8,

    /// <summary>Storage has written, and says that it failed.</summary>
    StorageAfter = 16,

    /// <summary>Storage has written, and says nothing for longer than anybody waits.</summary>
    StorageSilence = 32,

    /// <summary>Storage says that another writer was first.</summary>
    StorageConflict = 64,

    /// <summary>Storage takes seconds.</summary>
    StorageSlow = 128,
    Crash = 256,
    Partition = 512,
    NodeDeath = 1024,
    RackDeath = 2048,
    Clock = 4096,

    /// <summary>The backend answers late, twice, about the past, or acts on an old list.</summary>
    Backend = 8192,

    /// <summary>Gateways die, freeze, are cut off, or come to live twice.</summary>
    Gateway = 16_384,

    /// <summary>Calls to what is outside are lost, late, throttled, fail, or are answered with what was.</summary>
    Wire = 32_768,

    /// <summary>Machines are scarce, some never join, and spot machines are taken away.</summary>
    Cloud = 65_536,

    /// <summary>Machines come to stand in other racks.</summary>
    Relabel = 131_072,

    Messages = Loss | Duplication | Delay,
    Storage = StorageBefore | StorageAfter | StorageSilence | StorageConflict | StorageSlow,
    Hardware = NodeDeath | RackDeath,
    Outside = Gateway | Wire | Cloud | Relabel,
    All = Messages | Storage | Hardware | Crash | Partition | Clock | Backend | Outside,
}

/// <summary>What befalls a gateway.</summary>
internal enum GatewayFault
{
    /// <summary>kill -9; another in its place after a while.</summary>
    Dies = 0,

    /// <summary>It stands still, and goes on with what it believed.</summary>
    Freezes = 1,

    /// <summary>Nothing outside is reached.</summary>
    CutOff = 2,

    /// <summary>It stands still, another is started in its place, and then it goes on beside that one.</summary>
    Doubles = 3,
}

/// <summary>One way in which the backend is not to be relied on.</summary>
internal enum BackendFault
{
    None = 0,

    /// <summary>It acts on the list before the last one.</summary>
    StaleList = 1,

    /// <summary>It reports once more of the attempt before.</summary>
    OldReport = 2,

    /// <summary>It sends every report twice.</summary>
    Twice = 3,

    /// <summary>Seconds pass between what it saw and what it says.</summary>
    Slow = 4,
}

/// <summary>How often messages and storage operations go wrong: chances, 0–1.</summary>
internal sealed record FaultRates
{
    public double Loss { get; init; }

    public double Duplication { get; init; }

    /// <summary>Messages between silos take up to so long.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromMilliseconds(2);

    /// <summary>What is doubled comes again so much later at most.</summary>
    public TimeSpan SecondComesWithin { get; init; }

    public double StorageBefore { get; init; }

    public double StorageAfter { get; init; }

    public double StorageSilence { get; init; }

    public double StorageConflict { get; init; }

    public double StorageSlow { get; init; }

    /// <summary>Of calls to what is outside.</summary>
    public WireFaults Wire { get; init; } = WireFaults.None;

    /// <summary>See <see cref="FaultKinds.Cloud"/>.</summary>
    public bool IsScarce { get; init; }

    public bool AreNone => this == new FaultRates();

    /// <summary>The same with only these kinds left.</summary>
    public FaultRates Only(FaultKinds kinds) => new()
    {
        Loss = kinds.HasFlag(FaultKinds.Loss) ? Loss : 0,
        Duplication = kinds.HasFlag(FaultKinds.Duplication) ? Duplication : 0,
        MaxDelay = kinds.HasFlag(FaultKinds.Delay) ? MaxDelay : new FaultRates().MaxDelay,
        SecondComesWithin = kinds.HasFlag(FaultKinds.Duplication) ? SecondComesWithin : default,
        StorageBefore = kinds.HasFlag(FaultKinds.StorageBefore) ? StorageBefore : 0,
        StorageAfter = kinds.HasFlag(FaultKinds.StorageAfter) ? StorageAfter : 0,
        StorageSilence = kinds.HasFlag(FaultKinds.StorageSilence) ? StorageSilence : 0,
        StorageConflict = kinds.HasFlag(FaultKinds.StorageConflict) ? StorageConflict : 0,
        StorageSlow = kinds.HasFlag(FaultKinds.StorageSlow) ? StorageSlow : 0,
        Wire = kinds.HasFlag(FaultKinds.Wire) ? Wire : WireFaults.None,
        IsScarce = kinds.HasFlag(FaultKinds.Cloud) && IsScarce,
    };

    public override string ToString()
    {
        List<string> parts = [];
        Add("lost", Loss);
        Add("doubled", Duplication);
        Add("refused by storage", StorageBefore);
        Add("written with an error", StorageAfter);
        Add("written without a word", StorageSilence);
        Add("false conflicts", StorageConflict);
        Add("slow writes", StorageSlow);
        if (MaxDelay != new FaultRates().MaxDelay)
        {
            parts.Add($"messages up to {MaxDelay.TotalMilliseconds:0} ms late");
        }

        Add("lost outside", Wire.Loss);
        Add("failed outside", Wire.Error);
        Add("throttled", Wire.Throttle);
        Add("slow outside", Wire.Slow);
        Add("old answers", Wire.Stale);
        if (IsScarce)
        {
            parts.Add("machines are scarce");
        }

        return parts.Count == 0 ? "none" : string.Join(", ", parts);

        void Add(string what, double rate)
        {
            if (rate > 0)
            {
                parts.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{rate:0.####} {what}"));
            }
        }
    }
}
