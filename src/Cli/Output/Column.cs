namespace Cli.Output;

/// <param name="Title">In capitals.</param>
/// <param name="Right">Numbers stand to the right.</param>
/// <param name="WideOnly">Shown with -o wide only.</param>
internal readonly record struct Column(string Title, bool Right = false, bool WideOnly = false)
{
    public static implicit operator Column(string title) => new(title);
}
