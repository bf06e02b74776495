namespace RecordGenerator;

/// <summary>Compared by its text, so that nothing is compiled again where nothing changed.</summary>
internal sealed record GeneratedFile(string Name, string Text);
