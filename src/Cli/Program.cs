using Cli;

return await App.Run(args, World.Real());
