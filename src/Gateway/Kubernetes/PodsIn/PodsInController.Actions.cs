using System.Collections.Immutable;
using Gateway.Backends;
using Grains;
using Grains.Jobs;
using Scheduling.Jobs;
using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <content>Does what the book wants. Everything may be done twice.</content>
internal sealed partial class PodsInController
{
    private async Task Do(Todo todo, CancellationToken cancellationToken)
    {
        switch (todo.Action)
        {
            case BookAction.Submit submit:
                await Submit(todo, submit, cancellationToken);
                break;
            case BookAction.Look look:
                await Find(todo, look, cancellationToken);
                break;
            case BookAction.Recall recall:
                await Recall(todo, recall, cancellationToken);
                break;
            case BookAction.Cancel cancel:
                await Cancel(todo, cancel, cancellationToken);
                break;
            case BookAction.Refuse refuse:
                GuestLog.NotServed(_logger, refuse.Pod.Namespace, refuse.Pod.Name, string.Join("; ", refuse.Pod.Refusals));
                NotServed?.Invoke(refuse.Pod);
                break;
        }
    }

    private async Task Submit(Todo todo, BookAction.Submit submit, CancellationToken cancellationToken)
    {
        var made = _jobs.Spec(submit.Gang, submit.Facts, submit.Members, _pools());
        if (made.Spec is not { } spec)
        {
            Refuse(todo, submit, made.Refusal!);
            return;
        }

        var answer = await Ask(_grains.Submit(submit.Job, spec), cancellationToken);
        switch (answer)
        {
            case { Answer.IsDone: true, Job: { } job }:
                if (answer.Created)
                {
                    GuestLog.Submitted(_logger, submit.Job, submit.Members.Length, spec.Pods!.Namespace);
                }

                Tell(todo.Book, b => b.Submitted(KnownOf(job)));
                break;
            case { Answer.Outcome: Outcome.LimitReached }:
                Again(todo);
                break;
            default:
                Refuse(todo, submit, answer.Answer.Message ?? answer.Answer.Outcome.ToString());
                break;
        }
    }

    private void Refuse(Todo todo, BookAction.Submit submit, string why)
    {
        GuestLog.NotServed(_logger, submit.Members[0].Namespace, submit.Members[0].Name, why);
        Tell(todo.Book, b => b.NotSubmitted(submit.Job, why));
        foreach (var member in submit.Members)
        {
            NotServed?.Invoke(member);
        }
    }

    private async Task Find(Todo todo, BookAction.Look look, CancellationToken cancellationToken)
    {
        var facts = await _finder.Find(look.Gang, look.Sample, cancellationToken);
        Tell(todo.Book, b => b.Learn(look.Gang, facts));
    }

    private async Task Recall(Todo todo, BookAction.Recall recall, CancellationToken cancellationToken)
    {
        var known = ImmutableArray.CreateBuilder<KnownJob>();
        var next = recall.From;
        while (await Ask(_grains.Find(GuestIds.OfGang(_cluster.Name, recall.Identity, next)), cancellationToken) is { } job)
        {
            known.Add(KnownOf(job));
            next++;
        }

        foreach (var id in recall.Singles)
        {
            if (await Ask(_grains.Find(id), cancellationToken) is { } single)
            {
                known.Add(KnownOf(single));
            }
        }

        Tell(todo.Book, b => b.Recalled(recall.Gang, next, known.ToImmutable()));
    }

    /// <summary>Only what waits is called off: what is being bound or runs ends by its own rules.</summary>
    private async Task Cancel(Todo todo, BookAction.Cancel cancel, CancellationToken cancellationToken)
    {
        var job = await Ask(_grains.Find(cancel.Job), cancellationToken);
        if (job is { Phase: JobPhase.Pending or JobPhase.Suspended })
        {
            GuestLog.CalledOff(_logger, cancel.Job, cancel.Why);
            await Ask(_grains.Cancel(cancel.Job, cancel.Why), cancellationToken);
            job = await Ask(_grains.Find(cancel.Job), cancellationToken);
        }

        var hasEnded = job is null || job.Phase.IsEnded();
        Tell(todo.Book, b => b.Cancelled(cancel.Job, hasEnded));
    }

    private void AttemptEnded(AttemptId attempt) => _ = HearOf(attempt);

    /// <summary>An attempt is gone: its job has ended, or waits again.</summary>
    private async Task HearOf(AttemptId attempt)
    {
        GangBook? book;
        lock (_lock)
        {
            book = _book?.Knows(attempt.Job) == true ? _book : null;
        }

        if (book is null)
        {
            return;
        }

        try
        {
            var job = await Ask(_grains.Find(attempt.Job), CancellationToken.None);
            if (job is null || job.Phase.IsEnded())
            {
                Tell(book, b => b.Over(attempt.Job, job?.Reason));
            }
        }
#pragma warning disable CA1031 // The sweep asks again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            GuestLog.Failed(_logger, e, _cluster.Name, "a look at an ended job", _kubernetes.SweepEvery);
        }
    }

    private Task<T> Ask<T>(Task<T> call, CancellationToken cancellationToken) => call.WaitAsync(_kubernetes.CallTimeout, _time, cancellationToken);

    private static KnownJob KnownOf(JobView job) => new(job.Id, job.Spec.Pods?.Uids ?? [], job.Phase.IsEnded(), job.Reason);
}
