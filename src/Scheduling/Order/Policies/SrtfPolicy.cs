namespace Scheduling.Order.Policies;

/// <summary>Shortest remaining time first, preempting at every event, as S-Lab's HeliosArtifact runs it.</summary>
internal sealed class SrtfPolicy : IOrderPolicy
{
    public string Name => "srtf";

    public string Summary => "least remaining time first, preempting whenever that changes: for replays with an oracle";

    public bool Strict => false;

    public bool NeedsExpected => true;

    public OrderKey KeyOf(in WaitingJob job) => new(0, job.Expected, 0, job.Sequence);

    public ShareRule Shares { get; } = new(1, QueuedFirst: true, RestartCost);

    /// <summary>Seconds that saving and starting again take, by GPUs.</summary>
    internal static int RestartCost(int gpus) => gpus == 1 ? 7 : gpus <= 8 ? 30 : 60;
}
