using Orleans.Copying;

namespace Orleans.Calls;

/// <summary>The typed part of a message.</summary>
internal sealed class Request<TArgs, TResult> : Request where TArgs : struct
{
    private readonly GrainMethod<TArgs, TResult> _method;
    private TArgs _arguments;
    private TaskCompletionSource<TResult>? _answer;
    private CallCancellation? _cancellation;

    public Request(GrainReference reference, GrainMethod<TArgs, TResult> method, TArgs arguments) : base(reference, method)
    {
        _method = method;
        _arguments = arguments;
    }

    /// <summary>Copies the arguments and hands the message over. The task is the caller's.</summary>
    public Task<TResult> SendNow()
    {
        try
        {
            CopyArguments(wire: false, rebind: null);
        }
        catch (Exception e)
        {
            return Task.FromException<TResult>(e);
        }

        if (_method.IsOneWay)
        {
            Silo.Send(this);
            return Task.FromResult(default(TResult)!);
        }

        // Not RunContinuationsAsynchronously: awaits go to their own scheduler in any case, since answers come under another
        // one, and with it each call of a Task.WhenAll would cost a trip to the thread pool, out of a simulation's sight.
        var answer = _answer = new TaskCompletionSource<TResult>();
        if (_method.GetToken is { } getToken && getToken(_arguments) is { CanBeCanceled: true } token)
        {
            if (token.IsCancellationRequested)
            {
                return Task.FromCanceled<TResult>(token);
            }

            _cancellation = new CallCancellation(this, token);
            _method.SetToken!(ref _arguments, _cancellation.Token);
            Silo.Send(this);
            _cancellation.Watch();
            return answer.Task;
        }

        Silo.Send(this);
        return answer.Task;
    }

    public override Task Invoke(object target) => _method.Invoke(target, _arguments);

    public override async Task<object?> InvokeForResult(object target)
    {
        var task = Invoke(target);
        await task;
        return typeof(TResult) == typeof(Nothing) ? null : await (Task<TResult>)task;
    }

    public override Task RunFiltered(IncomingCallContext context) => RunFilteredTyped(context);

    public override void Deliver(Task done)
    {
        _cancellation?.Stop();
        if (_answer is not { } answer)
        {
            return;
        }

#pragma warning disable VSTHRD002 // The task is done: nothing waits here.
        switch (done.Status)
        {
            case TaskStatus.RanToCompletion when typeof(TResult) == typeof(Nothing):
                answer.TrySetResult(default!);
                break;
            case TaskStatus.RanToCompletion:
                DeliverResult(answer, ((Task<TResult>)done).Result);
                break;
            default:
                answer.TrySetException(Unwrapped(done));
                break;
        }
#pragma warning restore VSTHRD002
    }

    public override Task OverTheWire(Task done)
    {
        try
        {
#pragma warning disable VSTHRD002 // The task is done: nothing waits here.
            return !done.IsCompletedSuccessfully ? Task.FromException<TResult>(WireErrors.AsReceived(Unwrapped(done)))
                : typeof(TResult) == typeof(Nothing) ? done
                : Task.FromResult(Copiers.Detached(((Task<TResult>)done).Result, wire: true, r => r.BoundTo(Silo)));
#pragma warning restore VSTHRD002
        }
        catch (Exception e)
        {
            return Task.FromException<TResult>(e);
        }
    }

    public override void DeliverFailure(Exception error)
    {
        _cancellation?.Stop();
        _answer?.TrySetException(error);
    }

    public override Request Duplicate() => new Request<TArgs, TResult>(Reference, _method, _arguments) { Context = Context };

    public override Request OverTheWire(Func<GrainReference, GrainReference> rebind)
    {
        var copy = new Request<TArgs, TResult>(rebind(Reference), _method, _arguments) { Context = Context, Deadline = Deadline };
        copy.CopyArguments(wire: true, rebind);
        return copy;
    }

    public override int GetArgumentCount() => _method.ArgumentCount;

    public override object? GetArgument(int index) => ArgumentTuples.Get(_arguments, index);

    public override void SetArgument(int index, object value) => _arguments = ArgumentTuples.With(_arguments, index, value);

    private static async Task<TResult> RunFilteredTyped(IncomingCallContext context)
    {
        await context.Invoke();
        return typeof(TResult) == typeof(Nothing) ? default! : (TResult)context.Result!;
    }

    private void CopyArguments(bool wire, Func<GrainReference, GrainReference>? rebind)
    {
        if (_method.Copy is not { } copy)
        {
            return;
        }

        var context = CopyContext.Rent(wire, rebind);
        try
        {
            copy(ref _arguments, context);
        }
        finally
        {
            context.Return();
        }
    }

    private void DeliverResult(TaskCompletionSource<TResult> answer, TResult result)
    {
        try
        {
            answer.TrySetResult(_method.SharesResult ? result : Copiers.Detached(result, wire: false));
        }
        catch (Exception e)
        {
            answer.TrySetException(e);
        }
    }

    private static Exception Unwrapped(Task task) => task.Exception?.InnerException ?? new TaskCanceledException(task);
}
