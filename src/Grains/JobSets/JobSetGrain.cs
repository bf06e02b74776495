using System.Collections.Immutable;
using Grains.Configuration;
using Grains.Jobs;
using Grains.Storage;
using Microsoft.Extensions.Logging;
using Scheduling.Jobs;
using Scheduling.Model;

namespace Grains.JobSets;

/// <summary>
/// The shell of one set: it looks at its parts in the job index, asks <see cref="SetPlanner"/>, persists, and then creates, cancels,
/// suspends and resumes. It looks when it has an order, when a part gives a hint, and whenever its job is woken by the reconciler: a hint that
/// is lost costs time only. It calls its parts and never its job, which calls it; to the job it sends hints.
/// </summary>
[GrainType("jobset")]
internal sealed class JobSetGrain(
    [PersistentState("jobset", StorageNames.Default)] IPersistentState<JobSetRecord> record,
    IJobIndex index,
    TimeProvider time,
    ILogger<JobSetGrain> log) : Grain, IJobSetGrain
{
    /// <summary>What several hints are gathered for.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(100);

    /// <summary>After a part could not be reached.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Once = Timeout.InfiniteTimeSpan;
    private const int Concurrency = 32;

    private SetState? _set;
    private SetProgress? _progress;
    private IGrainTimer? _look;
    private DateTimeOffset _lookAt = DateTimeOffset.MaxValue;
    private bool _failed;

    private DateTimeOffset Now => time.GetUtcNow();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _set = record.State?.Set;
        return base.OnActivateAsync(cancellationToken);
    }

    public async Task<SetProgress?> Apply(JobSpec template, SetOrder order)
    {
        if (_set is null)
        {
            await Save(new SetState { Id = new JobId(this.GetPrimaryKeyString()), Template = template, Order = order });
        }
        else if (_set.Order != order)
        {
            await Save(_set with { Order = order });
        }

        LookIn(TimeSpan.Zero);
        return _progress;
    }

    public Task PartChanged()
    {
        if (_set is not null)
        {
            LookIn(Soon);
        }

        return Task.CompletedTask;
    }

    /// <summary>1 look; 2 decide; 3 make it durable; 4 do it; 5 tell the job.</summary>
    private async Task Look()
    {
        _look?.Dispose();
        (_look, _lookAt) = (null, DateTimeOffset.MaxValue);
        var set = _set!;
        var ids = set.Parts.Where(p => p.RestartAt is null).Select(p => SetParts.IdOf(set.Id, set.Order.Kind, p)).ToList();
        var rows = ids.Count == 0 ? [] : await index.Get(ids);
        var facts = rows.ToDictionary(r => r.Job, r => new PartFact(Enum.Parse<JobPhase>(r.Phase), r.ChangedAt - r.SubmittedAt));
        var step = SetPlanner.Plan(set, facts, Now);
        if (step.Next != set && !(step.Next.Parts.SequenceEqual(set.Parts) && step.Next with { Parts = set.Parts } == set))
        {
            await Save(step.Next);
        }

        _failed = false;
        await Parallelism.ForEach(step.Submit, Concurrency, part => Do(part, (job, caller) => Submit(set, part, job, caller)));
        await Parallelism.ForEach(step.Cancel, Concurrency, part => Do(part, (job, caller) => job.Cancel(caller, $"part of {set.Id}, which does not want it any more")));
        await Parallelism.ForEach(step.Suspend, Concurrency, part => Do(part, (job, caller) => job.Suspend(caller, $"{set.Id} is suspended")));
        await Parallelism.ForEach(step.Resume, Concurrency, part => Do(part, (job, caller) => job.Resume(caller)));
        Tell(step.Progress);
        if (_failed)
        {
            LookIn(Again);
        }
        else if (step.More)
        {
            LookIn(TimeSpan.Zero);
        }
        else if (step.LookAt is { } at)
        {
            LookIn(at > Now ? at - Now : TimeSpan.Zero);
        }
    }

    private static async Task<Answer> Submit(SetState set, SetPart part, IJobGrain job, Caller caller)
    {
        var spec = SetParts.SpecOf(set.Id, set.Template, set.Order.Kind, part);
        return (await job.Submit(new SubmitJob { Caller = caller, Spec = spec, BodyHash = $"part of {set.Id}" })).Answer;
    }

    private async Task Do(SetPart part, Func<IJobGrain, Caller, Task<Answer>> what)
    {
        var set = _set!;
        var id = SetParts.IdOf(set.Id, set.Order.Kind, part);
        try
        {
            var caller = new Caller { Tenant = set.Template.Tenant, User = set.Template.User, Roles = CallerRoles.Submitter };
            var answer = await what(GrainFactory.GetGrain<IJobGrain>(id.Value), caller);

            // A conflict is a part that has just come to its end, or is on its way there: the next look sees it.
            _failed |= answer.Outcome is not (Outcome.Done or Outcome.Conflict);
        }
        catch (Exception e)
        {
            _failed = true;
            GrainLog.PartNotReached(log, e, set.Id.Value, id.Value);
        }
    }

    private void Tell(SetProgress progress)
    {
        if (_progress == progress)
        {
            return;
        }

        _progress = progress;
        _ = GrainFactory.GetGrain<IJobGrain>(this.GetPrimaryKeyString()).PartsChanged();
    }

    private void LookIn(TimeSpan wait)
    {
        var at = Now + wait;
        if (_look is not null && _lookAt <= at)
        {
            return;
        }

        _look?.Dispose();
        _lookAt = at;
        _look = this.RegisterGrainTimer(Look, wait, Once);
    }

    private async Task Save(SetState next)
    {
        await record.Write(new JobSetRecord { Set = next }, DeactivateOnIdle);
        _set = next;
    }
}
