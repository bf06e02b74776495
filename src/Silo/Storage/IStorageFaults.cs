namespace Silo.Storage;

/// <summary>Lets a test make storage fail. The product registers none.</summary>
public interface IStorageFaults
{
    /// <summary>What shall happen to this operation.</summary>
    /// <param name="operation">What is about to be done.</param>
    /// <param name="key">The stream, or "state name/grain"; empty for a commit.</param>
    StorageFault Next(StorageOperation operation, string key);
}
