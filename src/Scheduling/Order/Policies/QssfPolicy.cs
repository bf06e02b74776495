namespace Scheduling.Order.Policies;

/// <summary>
/// Quasi-shortest service first (Hu et al., "Characterization and Prediction of Deep Learning Workloads in Large-Scale GPU Datacenters",
/// SC 2021): least expected GPU time first, strict. As its authors run it, jobs that arrive in an otherwise empty queue go by GPUs alone.
/// </summary>
internal sealed class QssfPolicy : IOrderPolicy
{
    public string Name => "qssf";

    public string Summary => "least expected GPU time first, strictly (Helios): as good as the expectation; big jobs may starve";

    public bool Strict => true;

    public bool NeedsExpected => true;

    // Equal priorities go by GPUs, then by arrival: a double holds both exactly, but not in one field with the priority.
    public OrderKey KeyOf(in WaitingJob job) => Shortest.First(job, job.Expected * job.Gpus) with { SubmittedAt = job.Gpus };

    public OrderKey? KeyOnArrival(in WaitingJob job) => new OrderKey(-1, job.Gpus, 0, job.Sequence);
}
