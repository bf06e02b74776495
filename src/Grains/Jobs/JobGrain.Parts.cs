using Grains.JobSets;
using Scheduling.Jobs;

namespace Grains.Jobs;

/// <content>Jobs with parts: arrays, services, and elastic jobs with their further workers.</content>
internal sealed partial class JobGrain
{
    private static readonly TimeSpan PartsNewsSoon = TimeSpan.FromMilliseconds(200);
    private const int MostSteps = 8;

    private IGrainTimer? _partsNews;

    public Task<Answer> Scale(Caller caller, int replicas) => Command(caller, job => JobDecider.Scale(job, replicas, Now));

    public Task PartsChanged()
    {
        _partsNews ??= _job is { HasChildren: true } ? this.RegisterGrainTimer(LookAtParts, PartsNewsSoon, Timeout.InfiniteTimeSpan) : null;
        return Task.CompletedTask;
    }

    private async Task LookAtParts()
    {
        _partsNews?.Dispose();
        _partsNews = null;
        if (await Tell() is null)
        {
            TellLater();
        }
    }

    /// <summary>Says what it wants of its parts, hears how they stand, and steps on by that until nothing changes.</summary>
    private async Task TellParts()
    {
        for (var step = 0; step < MostSteps && _job is { HasChildren: true } job && JobDecider.OrderOf(job) is { } order; step++)
        {
            if (await GrainFactory.GetGrain<IJobSetGrain>(job.Id.Value).Apply(job.Spec, order) is not { } parts
                || JobDecider.PartsNews(job, parts, Now) is not JobDecision.Change change)
            {
                return;
            }

            await Save(change.Next);
            WatchClock();
        }
    }

    /// <summary>The set that this job is a part of hears of every step. A hint: the set looks for itself now and then.</summary>
    private void HintToSet(JobState? before, JobState now)
    {
        if (now.Spec.Origin is { } origin && before?.Phase != now.Phase)
        {
            _ = GrainFactory.GetGrain<IJobSetGrain>(origin.Set.Value).PartChanged();
        }
    }
}
