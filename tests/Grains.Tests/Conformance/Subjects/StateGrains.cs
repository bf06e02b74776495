using Orleans.Storage;

namespace Grains.Tests.Conformance.Subjects;

[GenerateSerializer]
public sealed class Balance
{
    [Id(0)] public int Amount { get; set; }
}

[GenerateSerializer]
public sealed class Note
{
    [Id(0)] public string Text { get; set; } = "";
}

public interface IAccount : IGrainWithStringKey
{
    /// <summary>Adds and writes.</summary>
    Task<int> Add(int amount);

    /// <summary>As <see cref="Add"/>, but a conflict is caught here; gives what the grain then believes.</summary>
    Task<int> AddCaught(int amount);

    /// <summary>As <see cref="AddCaught"/>, then reads again.</summary>
    Task<int> AddAndReread(int amount);

    Task<int> Amount();

    Task<(bool Exists, string? Etag)> Record();

    Task Write(string note);

    Task<string> Note();

    Task Clear();

    Task<Guid> Life();

    Task End();
}

internal sealed class AccountGrain(
    [PersistentState("balance", "ledger")] IPersistentState<Balance> balance,
    [PersistentState("note", "notes")] IPersistentState<Note> note) : Grain, IAccount
{
    private readonly Guid _life = Guid.NewGuid();

    public async Task<int> Add(int amount)
    {
        balance.State.Amount += amount;
        await balance.WriteStateAsync();
        return balance.State.Amount;
    }

    public async Task<int> AddCaught(int amount)
    {
        try
        {
            await Add(amount);
        }
        catch (InconsistentStateException)
        {
        }

        return balance.State.Amount;
    }

    public async Task<int> AddAndReread(int amount)
    {
        await AddCaught(amount);
        await balance.ReadStateAsync();
        return await Add(amount);
    }

    public Task<int> Amount() => Task.FromResult(balance.State.Amount);

    public Task<(bool Exists, string? Etag)> Record() => Task.FromResult((balance.RecordExists, (string?)balance.Etag));

    public Task Write(string text)
    {
        note.State.Text = text;
        return note.WriteStateAsync();
    }

    public Task<string> Note() => Task.FromResult(note.State.Text);

    public Task Clear() => balance.ClearStateAsync();

    public Task<Guid> Life() => Task.FromResult(_life);

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}

public interface IDefaultStored : IGrainWithGuidKey
{
    Task Set(int amount);

    Task<int> Get();

    Task End();
}

internal sealed class DefaultStoredGrain([PersistentState("balance")] IPersistentState<Balance> balance) : Grain, IDefaultStored
{
    public Task Set(int amount)
    {
        balance.State.Amount = amount;
        return balance.WriteStateAsync();
    }

    public Task<int> Get() => Task.FromResult(balance.State.Amount);

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}

public interface IStrayStored : IGrainWithStringKey
{
    Task Touch();
}

internal sealed class StrayStoredGrain([PersistentState("balance", "nobody has this store")] IPersistentState<Balance> balance) : Grain, IStrayStored
{
    public Task Touch() => Task.FromResult(balance.State.Amount);
}
