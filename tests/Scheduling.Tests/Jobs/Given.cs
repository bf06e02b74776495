using Scheduling.Jobs;
using Scheduling.Model;
using Scheduling.Tests.Pools;

namespace Scheduling.Tests.Jobs;

/// <summary>Jobs in the states that tests begin with.</summary>
internal static class Given
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static readonly GangPlacement Somewhere = new()
    {
        Racks = [new RackSlice { Rack = new RackId("p/r"), Workers = [new WorkerSlot(0, 0, 0, 1, 1000)] }],
    };

    public static DateTimeOffset At(double seconds) => Start.AddSeconds(seconds);

    public static JobState Job(Func<JobSpec, JobSpec>? change = null)
    {
        var spec = Specs.Job(gpus: 1);
        return JobDecider.Submit(new JobId("j-1"), change?.Invoke(spec) ?? spec, "hash", Start);
    }

    public static JobState Must(JobDecision decision) => Assert.IsType<JobDecision.Change>(decision).Next;

    public static JobState Placed(JobState job, DateTimeOffset? at = null) => Must(JobDecider.Place(job, job.Attempt, job.Attempt, 1, Somewhere, at ?? Start));

    public static JobState Running(JobState job, DateTimeOffset? at = null) =>
        Must(JobDecider.Report(Placed(job, at), new WorkerReport(job.Attempt, true, false, null, false), at ?? Start));

    /// <summary>No worker of the attempt is left.</summary>
    public static JobState Gone(JobState job, DateTimeOffset? at = null) =>
        Must(JobDecider.Report(job, new WorkerReport(job.Attempt, true, false, null, true), at ?? At(50)));

    public static JobState Failed(JobState job, FailureClass failure = FailureClass.Application, DateTimeOffset? at = null) =>
        Must(JobDecider.Report(job, new WorkerReport(job.Attempt, true, false, "it broke", true, failure), at ?? Start));
}
