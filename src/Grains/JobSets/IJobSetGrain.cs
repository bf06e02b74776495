using Orleans.Concurrency;
using Scheduling.Jobs;
using Scheduling.Model;

namespace Grains.JobSets;

/// <summary>
/// The parts of one array, service or elastic job, by that job's id. Owns which parts there are to be; each part is a job of its own.
/// Only the job itself gives it orders.
/// </summary>
[Alias("Grains.JobSets.IJobSetGrain")]
public interface IJobSetGrain : IGrainWithStringKey
{
    /// <summary>
    /// What the job wants of its parts. Answered when durable, with how they stood when they were looked at last (null: not yet); when that
    /// changes the job is told to ask again. Repeatable.
    /// </summary>
    Task<SetProgress?> Apply(JobSpec template, SetOrder order);

    /// <summary>From a part: something became of it. A hint.</summary>
    [OneWay]
    Task PartChanged();
}
