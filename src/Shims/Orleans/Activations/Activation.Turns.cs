using Microsoft.Extensions.Logging;
using Orleans.Calls;
using Orleans.Storage;

namespace Orleans.Activations;

/// <content>Which call may start beside which. Everything here runs in the activation's own turns, so it needs no lock.</content>
internal sealed partial class Activation
{
    private readonly WaitingList _waiting = new();
    private List<Guid>? _openSections;
    private TurnWork? _blocking;
    private int _running;
    private bool _pumping;
    private bool _pumpAgain;

    /// <summary>Time stamp of the last call or kept-alive tick.</summary>
    public long LastUsed { get; private set; }

    public bool IsIdle => _running == 0 && HeldCount == 0;

    public void EnterReentrantSection(Guid id) => (_openSections ??= []).Add(id);

    public void ExitReentrantSection(Guid id) => _openSections?.Remove(id);

    /// <summary>One arrived item: starts it, keeps it waiting, or sends it on when this activation has ended.</summary>
    public void Handle(TurnWork work)
    {
        if (_state == ActivationState.Valid && _waiting.Count == 0 && MayStart(work))
        {
            Start(work);
            return;
        }

        if (_state == ActivationState.Ended)
        {
            SendOn(work);
            return;
        }

        _waiting.Add(work);
        if (_state == ActivationState.New)
        {
            _state = ActivationState.Activating;
            _ = ActivateAsync(work.Context);
        }

        Pump();
    }

    /// <summary>The rule, in Orleans' order: the first line that allows it decides.</summary>
    private bool MayStart(TurnWork incoming) =>
        _running == 0
        || incoming.IsAlwaysInterleave
        || _blocking is null
        || (_blocking.IsReadOnly && incoming.IsReadOnly)
        || (_openSections is { Count: > 0 } open && incoming.ReentrancyId is var id && id != Guid.Empty && open.Contains(id))
        || _class.MayInterleave(incoming)
        || _class.MayInterleave(_blocking);

    /// <summary>Starts what may start, oldest first, until nothing waiting may.</summary>
    private void Pump()
    {
        if (_pumping)
        {
            _pumpAgain = true;
            return;
        }

        _pumping = true;
        for (var i = 0; _state == ActivationState.Valid && i < _waiting.Count;)
        {
            if (!TryMayStart(_waiting[i], out var may))
            {
                Release(_waiting.RemoveAt(i));
                continue;
            }

            if (!may)
            {
                i++;
                continue;
            }

            _pumpAgain = false;
            Start(_waiting.RemoveAt(i));
            // A call that ended in the same breath may have unblocked one that was passed over.
            i = _pumpAgain ? 0 : i;
        }

        _pumping = false;
    }

    /// <returns>False when the class's own predicate threw: the caller was told.</returns>
    private bool TryMayStart(TurnWork work, out bool may)
    {
        try
        {
            may = MayStart(work);
            return true;
        }
        catch (Exception e)
        {
            (work as Request)?.Fail(e);
            may = false;
            return false;
        }
    }

    private void Start(TurnWork work)
    {
        if (work.IsExpired)
        {
            Release(work);
            return;
        }

        _running++;
        if (_blocking is null && !work.IsAlwaysInterleave)
        {
            _blocking = work;
        }

        if (!ReferenceEquals(work.Context, RequestContext.Current))
        {
            RequestContext.Current = work.Context;
        }

        Task task;
        try
        {
            task = work is Request request && (Silo.IncomingFilters.Length > 0 || GrainInstance is IIncomingGrainCallFilter)
                ? IncomingCallContext.Run(request, this)
                : work.Invoke(GrainInstance!);
        }
        catch (Exception e)
        {
            task = Task.FromException(e);
        }

        if (task.IsCompleted)
        {
            End(work, task);
        }
        else
        {
            // Comes back here, in a turn: inline when the task ends in one of ours.
            work.Runner = this;
            _ = task.ContinueWith(
                static (t, w) => ((TurnWork)w!).Runner!.End((TurnWork)w, t), work, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, Turns);
        }
    }

    private void End(TurnWork work, Task task)
    {
        _running--;
        if (ReferenceEquals(_blocking, work))
        {
            _blocking = null;
        }

        if (work is Request)
        {
            Touch();
        }

        if (task.IsFaulted && task.Exception!.InnerException is { } error)
        {
            OnError(work, error);
        }

        Release(work);
        work.Finished(task);
        if (_running == 0 && _state == ActivationState.Deactivating)
        {
            _idle?.TrySetResult();
        }

        if (_waiting.Count > 0)
        {
            Pump();
        }
    }

    private void OnError(TurnWork work, Exception error)
    {
        if (error is InconsistentStateException { IsSourceActivation: true } conflict)
        {
            conflict.IsSourceActivation = false;
            Deactivate(new(DeactivationReasonCode.ApplicationError, error, "A storage conflict escaped a grain call."));
        }

        if (work is Request { Method.IsOneWay: true })
        {
            Silo.Log.LogWarning(error, "One-way call {Call} failed; its caller does not learn of it.", work);
        }
    }

    public void Touch() => LastUsed = Silo.Time.GetTimestamp();

    /// <summary>A message that came too late for this activation.</summary>
    private void SendOn(TurnWork work)
    {
        if (work is Request request)
        {
            Release(request);
            Silo.Deliver(request);
        }
    }
}
