using System.Collections.Immutable;

namespace Scheduling.Prediction;

/// <summary>A <see cref="RuntimePredictor"/> as it is stored.</summary>
[GenerateSerializer, Immutable]
public sealed record PredictorSnapshot
{
    /// <summary>From the one used longest ago to the one used last.</summary>
    [Id(0)] public required ImmutableArray<RunHistoryRecord> Histories { get; init; }

    /// <summary>The part of runs that "p90" must claim for 90 % to end by then; 0.9 when absent.</summary>
    [Id(1)] public double Level90 { get; init; } = 0.9;

    /// <summary>The same for p50.</summary>
    [Id(2)] public double Level50 { get; init; } = 0.5;
}

/// <summary>Run times of one class of jobs.</summary>
[GenerateSerializer, Immutable]
public sealed record RunHistoryRecord
{
    /// <summary>0 all, 1 team, 2 team and GPUs, 3 and user, 4 and name, 5 and batch.</summary>
    [Id(0)] public required int Depth { get; init; }

    [Id(1)] public string Team { get; init; } = "";

    [Id(2)] public string User { get; init; } = "";

    [Id(3)] public string Name { get; init; } = "";

    [Id(4)] public int Gpus { get; init; }

    [Id(5)] public long Batch { get; init; }

    /// <summary>Buckets that are not empty, rising.</summary>
    [Id(6)] public required ImmutableArray<int> Buckets { get; init; }

    /// <summary>What each of them weighs.</summary>
    [Id(7)] public required ImmutableArray<double> Weights { get; init; }
}

/// <summary><see cref="RunBatches"/> as they are stored, those that were quiet for longest first.</summary>
[GenerateSerializer, Immutable]
public sealed record RunBatchesSnapshot
{
    [Id(0)] public required ImmutableArray<RunBatchRecord> Batches { get; init; }
}

/// <summary>One batch; times are seconds.</summary>
[GenerateSerializer, Immutable]
public sealed record RunBatchRecord
{
    [Id(0)] public required string Team { get; init; }

    [Id(1)] public required string User { get; init; }

    [Id(2)] public required int Gpus { get; init; }

    [Id(3)] public required long First { get; init; }

    [Id(4)] public required long Last { get; init; }
}
