using System.Collections.Immutable;

namespace Scheduling.Ledger;

/// <summary>A <see cref="GpuSecondLedger"/> as it is stored: by use, the two halves of a 128-bit count.</summary>
[GenerateSerializer, Immutable]
public sealed record GpuLedgerSnapshot
{
    [Id(0)] public required long UnixMilliseconds { get; init; }

    [Id(1)] public required GpuLevels Levels { get; init; }

    [Id(2)] public required ImmutableArray<long> High { get; init; }

    [Id(3)] public required ImmutableArray<ulong> Low { get; init; }
}
