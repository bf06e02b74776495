using System.Collections.Immutable;
using Scheduling;
using Scheduling.Jobs;
using Scheduling.Model;

namespace Grains.Jobs;

/// <content>
/// Jobs that wait for jobs. The one that waits first has itself remembered where it waits, then becomes durable; the one that is waited
/// for tells it, again and again, until it was heard. Telling happens between turns: the other may be asking this one at the same moment.
/// </content>
internal sealed partial class JobGrain
{
    private const int DependencyConcurrency = 16;

    private bool _telling;

    public async Task<WatchAnswer> Watch(TenantId tenant, JobDependency dependent)
    {
        if (_job is not { } job || job.Spec.Tenant != tenant)
        {
            return new WatchAnswer { Answer = Answer.Of(Outcome.NotFound, "there is no such job") };
        }

        switch (JobDecider.Watch(job, dependent, Now))
        {
            case JobDecision.Refuse refuse:
                return new WatchAnswer { Answer = Answer.Of(Outcome.LimitReached, refuse.Message, job.Version) };
            case JobDecision.Change change:
                await Save(change.Next);
                break;
        }

        return new WatchAnswer { Answer = Answer.Done(_job.Version), Fact = DependencyRules.FactOf(_job) };
    }

    public Task DependencyNews(JobId job, DependencyFact fact) => Decide(state => JobDecider.DependencyNews(state, job, fact, Now));

    public Task DependentsTold(ImmutableArray<JobDependency> dependents) => Decide(state => JobDecider.Told(state, dependents, Now));

    /// <summary>Asks every job that this one is to wait for, and takes what they say into the first state.</summary>
    private async Task<(JobState Job, SubmitAnswer? Refused)> Wait(JobState job)
    {
        var all = job.Spec.DependsOn;
        var answers = new WatchAnswer[all.Length];
        await Parallelism.ForEach(Enumerable.Range(0, all.Length).ToList(), DependencyConcurrency, async i =>
            answers[i] = await GrainFactory.GetGrain<IJobGrain>(all[i].Job.Value).Watch(job.Spec.Tenant, new JobDependency(job.Id, all[i].Condition)));
        for (var i = 0; i < answers.Length; i++)
        {
            if (!answers[i].Answer.IsDone)
            {
                return (job, new SubmitAnswer { Answer = answers[i].Answer, BadDependency = i });
            }
        }

        for (var i = 0; i < answers.Length && !job.Phase.IsEnded(); i++)
        {
            job = JobDecider.DependencyNews(job, all[i].Job, answers[i].Fact, Now) is JobDecision.Change change ? change.Next : job;
        }

        return (job, null);
    }

    /// <summary>Begins to tell those who wait, when there is something to tell.</summary>
    private void TellDependents()
    {
        if (!_telling && _job is { } job && DependencyRules.HasNews(job))
        {
            _telling = true;
            _ = TellDependents(job);
        }
    }

    private async Task TellDependents(JobState job)
    {
        // Not within the turn that made the news.
        await Task.Yield();
        var fact = DependencyRules.FactOf(job);
        var told = new List<JobDependency>();
        await Parallelism.ForEach(job.Dependents.Where(d => DependencyRules.IsNews(job, d)).ToList(), DependencyConcurrency, d => TellDependent(job.Id, fact, d, told));
        _telling = false;
        try
        {
            await GrainFactory.GetGrain<IJobGrain>(job.Id.Value).DependentsTold([.. told]);
        }
        catch (Exception e)
        {
            GrainLog.DependentNotTold(log, e, job.Id.Value, job.Id.Value);
        }
    }

    /// <summary>Who could not be told stays in the list, and the index row says so: the reconciler wakes this job until everybody was.</summary>
    private async Task TellDependent(JobId job, DependencyFact fact, JobDependency dependent, List<JobDependency> told)
    {
        try
        {
            await GrainFactory.GetGrain<IJobGrain>(dependent.Job.Value).DependencyNews(job, fact);
            told.Add(dependent);
        }
        catch (Exception e)
        {
            GrainLog.DependentNotTold(log, e, job.Value, dependent.Job.Value);
            if (!Guards.Hold(Guard.ToldBeforeForgotten))
            {
                told.Add(dependent);
            }
        }
    }
}
