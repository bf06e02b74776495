namespace Scheduling.Order.Policies;

/// <summary>Shortest job first, passing over what does not fit.</summary>
internal sealed class SjfSkipPolicy : IOrderPolicy
{
    public string Name => "sjf-skip";

    public string Summary => "shortest expected run first, passing over what does not fit; long jobs and big gangs may starve";

    public bool Strict => false;

    public bool NeedsExpected => true;

    public OrderKey KeyOf(in WaitingJob job) => Shortest.First(job, job.Expected);
}
