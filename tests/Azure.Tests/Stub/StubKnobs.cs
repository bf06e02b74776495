namespace Azure.Tests.Stub;

/// <summary>What the network and the service do to requests; each a chance of 0–1, drawn from the stub's seed.</summary>
internal sealed record StubFaults
{
    public static StubFaults None { get; } = new();

    /// <summary>It took effect, and the connection breaks before the answer.</summary>
    public double LostAnswer { get; init; }

    /// <summary>It arrives twice.</summary>
    public double Doubled { get; init; }

    /// <summary>Refused with 409, 412, 429 or 500, without effect.</summary>
    public double Refused { get; init; }

    /// <summary>Answered with 503 although it took effect.</summary>
    public double FailedAfter { get; init; }
}

/// <summary>How one scale set behaves.</summary>
internal sealed class SetKnobs
{
    public string Sku { get; set; } = "Standard_ND96isr_H100_v5";

    public int CoresPerMachine { get; set; } = 96;

    public bool IsSpot { get; set; }

    /// <summary>At most so many machines: 100 in a single placement group.</summary>
    public int MostMachines { get; set; } = 100;

    /// <summary>From the accepted request until a machine runs, and the operation has ended.</summary>
    public TimeSpan BootDelay { get; set; } = TimeSpan.FromSeconds(90);

    /// <summary>From running until it is a node.</summary>
    public TimeSpan JoinDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Later than that by up to so much: the first machine at once, the last after all of it.</summary>
    public TimeSpan JoinSpread { get; set; }

    public TimeSpan DeleteDelay { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>So many machines the region has left for it.</summary>
    public int Left { get; set; } = int.MaxValue;

    /// <summary>The code under which an operation ends that could not have all.</summary>
    public string AsyncError { get; set; } = "AllocationFailed";

    /// <summary>Refused at once with this code; null: not.</summary>
    public string? SyncError { get; set; }

    /// <summary>After an operation that could not have all, what is missing stays asked for.</summary>
    public bool KeepsAsking { get; set; } = true;

    /// <summary>The chance that a machine runs and never becomes a node.</summary>
    public double NeverJoins { get; set; }

    /// <summary>The chance that a machine never runs.</summary>
    public double FailsToBoot { get; set; }
}
