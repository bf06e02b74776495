namespace Scheduling.Prediction;

/// <summary>How much a <see cref="RuntimePredictor"/> keeps, and how fast it forgets.</summary>
public sealed record PredictorLimits
{
    /// <summary>Histories kept; those used longest ago go first. A history takes 1.6 kB.</summary>
    public int MaxHistories { get; init; } = 4096;

    /// <summary>When a history has this many runs, each of them counts half from then on: what is new outweighs what is old.</summary>
    public double HalveAt { get; init; } = 256;

    /// <summary>A history is blended with its more general one as if it had this many runs of that.</summary>
    public double Blend { get; init; } = 12;

    /// <summary>The same for a batch, whose jobs resemble each other most.</summary>
    public double BlendBatch { get; init; } = 2;

    /// <summary>Seconds between two jobs of one batch at most.</summary>
    public long BatchGap { get; init; } = 1800;

    /// <summary>Batches that may still grow.</summary>
    public int MaxBatches { get; init; } = 4096;
}
