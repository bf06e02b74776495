using System.Runtime.ExceptionServices;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace Orleans.Runtime;

/// <summary>Binds one grain's record to its store.</summary>
internal sealed class PersistentState<TState>(string name, IGrainContext context, IGrainStorage storage) : IPersistentState<TState>, ILifecycleObserver, IIgnoresToken
{
    private readonly GrainState<TState> _state = new(NewState.Of<TState>());

    public TState State
    {
        get => _state.State!;
        set => _state.State = value;
    }

    public string? Etag => _state.ETag;

    public bool RecordExists => _state.RecordExists;

    public Task OnStart(CancellationToken cancellationToken = default) => ReadStateAsync();

    public Task OnStop(CancellationToken cancellationToken = default) => Task.CompletedTask;

    // A store that leaves null here leaves the grain with null: as in Orleans, a new state is the store's to make.
    public Task ReadStateAsync() => Run(static (store, name, id, state) => store.ReadStateAsync(name, id, state), nameof(ReadStateAsync));

    public Task WriteStateAsync() => Run(static (store, name, id, state) => store.WriteStateAsync(name, id, state), nameof(WriteStateAsync));

    public Task ClearStateAsync() => Run(static (store, name, id, state) => store.ClearStateAsync(name, id, state), nameof(ClearStateAsync));

    /// <summary>The store's own task when that is done already; otherwise one that ends with errors as callers may see them.</summary>
    private Task Run(Func<IGrainStorage, string, GrainId, GrainState<TState>, Task> start, string operation)
    {
        Task task;
        try
        {
            task = start(storage, name, context.GrainId, _state);
        }
        catch (Exception e)
        {
            task = Task.FromException(e);
        }

        return task.IsCompletedSuccessfully ? task : Finish(task, operation);
    }

    private async Task Finish(Task task, string operation)
    {
        try
        {
            await task;
        }
        catch (Exception e)
        {
            throw Wrapped(e, operation);
        }
    }

    /// <summary>Orleans' own errors pass; others arrive wrapped, so callers never see a store's types.</summary>
    private Exception Wrapped(Exception error, string operation)
    {
        if (error is OrleansException)
        {
            ExceptionDispatchInfo.Throw(error);
        }

        return new OrleansException($"Error from storage provider {storage.GetType().Name} during {operation} of \"{name}\" for {context.GrainId}: {error.Message}", error);
    }
}

/// <summary>An observer that has no use for the token that it is given.</summary>
internal interface IIgnoresToken;

/// <summary>Makes the state for a constructor parameter and has it read at <see cref="GrainLifecycleStage.SetupState"/>.</summary>
internal sealed class PersistentStateFactory : IPersistentStateFactory
{
    public IPersistentState<TState> Create<TState>(IGrainContext context, IPersistentStateConfiguration config)
    {
        var storageName = config.StorageName ?? "Default";
        var storage = context.ActivationServices.GetKeyedService<IGrainStorage>(storageName)
            ?? throw new InvalidOperationException(
                $"No storage provider named \"{storageName}\" was found for state \"{config.StateName}\" of {context.GrainId}.");
        var state = new PersistentState<TState>(config.StateName, context, storage);
        context.ObservableLifecycle.Subscribe(config.StateName, GrainLifecycleStage.SetupState, state);
        return state;
    }
}
