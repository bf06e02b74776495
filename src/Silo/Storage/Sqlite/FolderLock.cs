namespace Silo.Storage.Sqlite;

/// <summary>
/// Only one process may use a data folder. An flock on a file: the system gives it back however the process ends.
/// </summary>
internal sealed class FolderLock : IDisposable
{
    private const string FileName = "lock";

    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    /// <exception cref="StorageStartupException">Another process has the folder, or it cannot be written.</exception>
    public static FolderLock Take(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return new FolderLock(new FileStream(Path.Combine(folder, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StorageStartupException($"The data folder {folder} cannot be written: {e.Message}", e);
        }
        catch (IOException e)
        {
            throw new StorageStartupException($"The data folder {folder} is in use by another process, or cannot be locked: {e.Message}", e);
        }
    }

    public void Dispose() => _file.Dispose();
}
