namespace Cli.Replay;

/// <summary>What came of a replay. Times in seconds, as the server recorded them where not said otherwise.</summary>
internal sealed record ReplayReport
{
    public required string File { get; init; }

    public required string RunId { get; init; }

    public required int Rows { get; init; }

    /// <summary>Rows whose job the server has durably.</summary>
    public required int Accepted { get; init; }

    /// <summary>Rows that the server refused for good.</summary>
    public required int Rejected { get; init; }

    /// <summary>Rows whose fate is not known: the server did not answer in time.</summary>
    public required int Unknown { get; init; }

    /// <summary>Refusals, the first few.</summary>
    public required IReadOnlyList<string> Errors { get; init; }

    public required string? Pool { get; init; }

    /// <summary>Accepted jobs that have, or had, a placement.</summary>
    public required int Placed { get; init; }

    /// <summary>Accepted jobs that wait.</summary>
    public required int Waiting { get; init; }

    /// <summary>All jobs that wait in the pool, by why.</summary>
    public required IReadOnlyDictionary<string, int> WaitingByReason { get; init; }

    /// <summary>False when jobs were still undecided when the wait ended.</summary>
    public required bool Settled { get; init; }

    /// <summary>False when the server checked no invariant although it was waited for.</summary>
    public required bool Audited { get; init; }

    public required long GpuMilliAllocated { get; init; }

    public required long GpuMilliTotal { get; init; }

    /// <summary>By this process's clock, from the first submission to the last acknowledgement.</summary>
    public required double SubmitSeconds { get; init; }

    public required double AcceptedPerSecond { get; init; }

    /// <summary>Placed jobs over the time from the first submission to the last placement.</summary>
    public required double? PlacedPerSecond { get; init; }

    /// <summary>From submission to the durable placement.</summary>
    public required double? PlaceSecondsP50 { get; init; }

    public required double? PlaceSecondsP99 { get; init; }

    /// <summary>Jobs whose times were read.</summary>
    public required int TimesRead { get; init; }

    /// <summary>Accepted jobs that the list does not show.</summary>
    public required int Lost { get; init; }

    /// <summary>Accepted jobs that the list shows more than once, or ids that two rows share.</summary>
    public required int Doubled { get; init; }

    public required long InvariantChecks { get; init; }

    public required long InvariantFailures { get; init; }

    /// <summary>Everything was taken, is there once, and invariants were checked and none failed.</summary>
    public bool Passed => Rejected == 0 && Unknown == 0 && Lost == 0 && Doubled == 0 && InvariantFailures == 0 && Audited;
}
