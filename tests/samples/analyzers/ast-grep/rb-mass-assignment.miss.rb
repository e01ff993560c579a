User.create(params.permit(:name))
