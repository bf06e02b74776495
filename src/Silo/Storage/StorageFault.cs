namespace Silo.Storage;

/// <summary>What happens to one operation, and how much later its answer comes.</summary>
public readonly record struct StorageFault(StorageFaultKind Kind, TimeSpan Delay = default)
{
    public static StorageFault None => default;
}
